-- Why: not everything that a person is told of happens on a contract: a price waits for an administrator.
-- Touches: public.notificaciones admits notices of kind `precio`, without contract; the kinds are said in one place,
-- for it, public.preferencias and public.perfil. In the queue of pushes those notices go under contract 0.
-- Destructive: no.
create function privado.tipos_de_aviso() returns text[]
language sql immutable parallel safe set search_path = '' as $$
  select '{contrato,documento,lote,participante,mensaje,precio}'::text[]
$$;
comment on function privado.tipos_de_aviso() is 'De qué se avisa a las personas.';
revoke all on function privado.tipos_de_aviso() from public;
grant execute on function privado.tipos_de_aviso() to authenticated, service_role;

alter table public.notificaciones
  alter column contrato_id drop not null,
  drop constraint notificaciones_tipo_valido,
  add constraint notificaciones_tipo_valido check (tipo = any (privado.tipos_de_aviso())),
  add constraint notificaciones_contrato_id_valido check ((contrato_id is null) = (tipo = 'precio'));
comment on table public.notificaciones is
  'Avisos a cada usuario de lo que otros hicieron en sus contratos, y de los precios que esperan a un administrador.';

alter table public.preferencias
  drop constraint preferencias_tipo_valido,
  add constraint preferencias_tipo_valido check (tipo = any (privado.tipos_de_aviso()));

create or replace function privado.encolar_push() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into privado.push_cola (notificacion_id, dispositivo_id, contrato_id)
  select new.id, d.id, coalesce(new.contrato_id, 0)
  from public.dispositivos d where d.usuario_id = new.usuario_id order by d.id
  on conflict do nothing;
  if found then
    perform pg_notify('push', '');
  end if;
  return null;
end
$$;
comment on column privado.push_cola.contrato_id is '0 es un aviso sin contrato.';

create or replace function public.perfil() returns json
language plpgsql stable security invoker set search_path = '' as $$
begin
  perform privado.exigir_cuenta();
  return (
    select json_build_object(
      'id', u.id, 'email', privado.correo(u.id), 'nombre', u.nombre, 'telefono', u.telefono, 'idioma', u.idioma,
      'rol', u.rol, 'creado_en', u.creado_en,
      'empresa', (select json_build_object('id', f.id, 'ruc', f.ruc, 'nombre', f.nombre, 'tipo', f.tipo)
        from privado.ficha_empresa(u.empresa_id) as f where u.empresa_id is not null),
      'permisos', json_build_object(
        'crear_contratos', u.rol <> 'proveedor', 'editar_contratos', u.rol <> 'proveedor',
        'registrar_lotes', u.rol <> 'proveedor', 'asociar_proveedores', u.rol <> 'proveedor',
        'subir_documentos', case u.rol when 'proveedor' then 'contratos activos' else 'siempre' end,
        'eliminar_contratos', u.rol = 'admin', 'administrar_empresas', u.rol = 'admin',
        'invitar', case u.rol when 'admin' then 'cualquier empresa' else 'su empresa' end),
      'preferencias', (
        select json_object_agg(t.tipo, json_build_object('en_app', coalesce(p.en_app, true), 'push', coalesce(p.push, true)))
        from unnest(privado.tipos_de_aviso()) as t (tipo)
        left join public.preferencias p on p.tipo = t.tipo and p.usuario_id = u.id),
      'contratos', privado.historial(u.empresa_id))
    from public.usuarios u where u.id = auth.uid()
  );
end
$$;
