-- Who is told: of what happens on a contract, the other parties, but not the actor and its own company; of what waits
-- for an administrator, all of them; of what is proposed to a company, its people. In the order of users: two transactions that tell the same people never wait for
-- each other crosswise.

create function privado.notificar(
  v_contrato bigint, v_tipo text, v_texto text, v_datos jsonb default '{}', v_ademas bigint default null
) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  actor constant uuid := auth.uid();
  empresa constant bigint := privado.mi_empresa();
begin
  insert into public.notificaciones as n (usuario_id, contrato_id, tipo, texto, datos, en_app, push)
  select u.id, v_contrato, v_tipo, v_texto, v_datos, coalesce(f.en_app, true), coalesce(f.push, true)
  from public.usuarios u
  join public.empresas e on e.id = u.empresa_id and e.activo
  left join public.preferencias f on f.usuario_id = u.id and f.tipo = v_tipo
  where u.activo and u.id is distinct from actor and u.empresa_id is distinct from empresa
    and u.empresa_id = any (v_ademas || array(
      select p.empresa_id from public.contratos_participantes p where p.contrato_id = v_contrato and not p.oculto))
    and (coalesce(f.en_app, true) or coalesce(f.push, true))
  order by u.id
  on conflict (usuario_id, contrato_id) where tipo = 'mensaje' and leida_en is null do update
  set cantidad = n.cantidad + 1, datos = excluded.datos, en_app = excluded.en_app, push = excluded.push,
    texto = (n.cantidad + 1) || ' mensajes nuevos en ' || (excluded.datos ->> 'codigo') || '.',
    orden = privado.id_con_hora(nextval('public.notificaciones_orden_seq')), actualizado_en = clock_timestamp();
end
$$;
comment on function privado.notificar(bigint, text, text, jsonb, bigint) is
  'Avisa a los usuarios activos de las otras partes de un contrato, y a los de una empresa que ya no lo es.';
revoke all on function privado.notificar(bigint, text, text, jsonb, bigint) from public;

create function privado.notificar_administradores(v_tipo text, v_texto text, v_datos jsonb) returns void
language sql volatile security definer set search_path = '' as $$
  insert into public.notificaciones (usuario_id, tipo, texto, datos, en_app, push)
  select u.id, v_tipo, v_texto, v_datos, coalesce(f.en_app, true), coalesce(f.push, true)
  from public.usuarios u
  left join public.empresas e on e.id = u.empresa_id
  left join public.preferencias f on f.usuario_id = u.id and f.tipo = v_tipo
  where u.rol = 'admin' and u.activo and coalesce(e.activo, true)
    and (coalesce(f.en_app, true) or coalesce(f.push, true))
  order by u.id
$$;
comment on function privado.notificar_administradores(text, text, jsonb) is 'Avisa a los administradores activos.';
revoke all on function privado.notificar_administradores(text, text, jsonb) from public;

-- Of a proposal, which is of no contract that it could see.
create function privado.notificar_empresa(v_empresa bigint, v_tipo text, v_texto text, v_datos jsonb) returns void
language sql volatile security definer set search_path = '' as $$
  insert into public.notificaciones (usuario_id, tipo, texto, datos, en_app, push)
  select u.id, v_tipo, v_texto, v_datos, coalesce(f.en_app, true), coalesce(f.push, true)
  from public.usuarios u
  join public.empresas e on e.id = u.empresa_id and e.activo
  left join public.preferencias f on f.usuario_id = u.id and f.tipo = v_tipo
  where u.empresa_id = v_empresa and u.activo and u.id is distinct from auth.uid()
    and (coalesce(f.en_app, true) or coalesce(f.push, true))
  order by u.id
$$;
comment on function privado.notificar_empresa(bigint, text, text, jsonb) is 'Avisa a los usuarios activos de una empresa.';
revoke all on function privado.notificar_empresa(bigint, text, text, jsonb) from public;
