-- Who invites whom.

-- The system (role postgres) invites the first administrator with it.
create function privado.invitar(v_email text, v_empresa bigint, v_rol text) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  testigo constant text := encode(extensions.gen_random_bytes(32), 'hex');
  correo constant text := lower(btrim(v_email));
  es_sistema constant boolean := auth.uid() is null and auth.role() is distinct from 'authenticated';
  empresa public.empresas;
  nueva public.invitaciones;
begin
  if not es_sistema then
    perform privado.exigir_cuenta();
    if not privado.es_admin() then
      if v_empresa <> privado.mi_empresa() then
        raise exception 'invitacion_ajena' using errcode = 'PT403',
          detail = 'Solo un administrador invita a otra empresa o da otro rol.', hint = 'empresa_id';
      elsif v_rol <> privado.mi_rol() then
        raise exception 'invitacion_ajena' using errcode = 'PT403',
          detail = 'Solo un administrador invita a otra empresa o da otro rol.', hint = 'rol';
      end if;
      v_empresa := privado.mi_empresa();
    end if;
  end if;
  if v_empresa is not null then
    select * into empresa from public.empresas e where e.id = v_empresa and e.activo;
  end if;
  v_rol := coalesce(v_rol, empresa.tipo, '');
  if (v_empresa is not null or v_rol is distinct from 'admin') and empresa.id is null then
    raise exception 'empresa_invalida' using errcode = 'PT422',
      detail = 'Se invita a una empresa activa. Solo un administrador puede no tenerla.', hint = 'empresa_id';
  elsif v_rol not in ('admin', coalesce(empresa.tipo, 'admin')) then
    raise exception 'usuario_rol_invalido' using errcode = 'PT422',
      detail = 'El rol de un usuario es el tipo de su empresa, o admin.', hint = 'rol';
  elsif correo is null or length(correo) > 254
    or correo !~ '^[^@[:space:]]+@[^@[:space:].]+([.][^@[:space:].]+)+$' then
    raise exception 'invitacion_correo_invalido' using errcode = 'PT422',
      detail = 'Debe ser una dirección de correo.', hint = 'email';
  elsif exists (
    select from auth.users a join public.usuarios u on u.id = a.id
    where a.email = correo and (es_sistema or privado.es_admin() or u.empresa_id = privado.mi_empresa())
  ) then
    raise exception 'usuario_ya_existe' using errcode = 'PT409',
      detail = 'Esa persona ya tiene cuenta.', hint = 'email';
  elsif not es_sistema and (
    select count(*) >= 100 from public.invitaciones i
    where i.invitado_por = auth.uid() and i.creado_en > now() - interval '1 day'
  ) then
    raise exception 'invitaciones_demasiadas' using errcode = 'PT429',
      detail = 'Ya envió 100 invitaciones en un día: espere a mañana.';
  end if;
  update public.invitaciones i set anulada_en = now()
  where i.email = correo and i.empresa_id is not distinct from empresa.id
    and i.aceptada_en is null and i.anulada_en is null;
  insert into public.invitaciones (email, empresa_id, rol, testigo_sha256, invitado_por)
  values (correo, empresa.id, v_rol, sha256(convert_to(testigo, 'UTF8')), auth.uid())
  returning * into nueva;
  return to_jsonb(nueva) - 'testigo_sha256'
    || jsonb_build_object('empresa', empresa.nombre, 'testigo', testigo, 'invita', privado.quien());
end
$$;
comment on function privado.invitar(text, bigint, text) is 'Invita a una persona y da el testigo de su enlace, una vez.';

create function public.invitar(email text, empresa_id bigint default null, rol text default null) returns jsonb
language sql volatile security invoker set search_path = '' as $$
  select privado.invitar(email, empresa_id, rol)
$$;
comment on function public.invitar(text, bigint, text) is
  'Invita a un colega, o un administrador a cualquier empresa; da el testigo del enlace, que no se guarda.';

revoke all on function privado.invitar(text, bigint, text) from public;
revoke all on function public.invitar(text, bigint, text) from public, anon, service_role;
grant execute on function privado.invitar(text, bigint, text), public.invitar(text, bigint, text) to authenticated;
