-- Why: each person sees who it is and what it may do, the history of its company's contracts, and chooses what it
-- is told of and where.
-- Touches: creates public.preferencias and public.perfil. Destructive: no.
create table public.preferencias (
  usuario_id uuid not null default auth.uid() references public.usuarios (id) on delete cascade,
  tipo text not null,
  en_app boolean not null default true,
  push boolean not null default true,
  primary key (usuario_id, tipo),
  constraint preferencias_tipo_valido check (tipo in ('contrato', 'documento', 'lote', 'participante', 'mensaje'))
);
comment on table public.preferencias is
  'De qué quiere cada usuario que se le avise, y por dónde; lo que no está aquí se avisa por ambos.';

alter table public.preferencias enable row level security;
create policy select_propio on public.preferencias for select to authenticated
  using (usuario_id = (select auth.uid()) and (select privado.mi_rol()) is not null);
create policy insert_propio on public.preferencias for insert to authenticated
  with check (usuario_id = (select auth.uid()) and (select privado.mi_rol()) is not null);
create policy update_propio on public.preferencias for update to authenticated
  using (usuario_id = (select auth.uid()) and (select privado.mi_rol()) is not null);
revoke all on public.preferencias from anon, authenticated, service_role;
grant select, insert (tipo, en_app, push), update (tipo, en_app, push) on public.preferencias to authenticated;

create function privado.historial(empresa bigint) returns json
language sql stable set search_path = '' as $$
  with suyos as (
    select c.id, c.codigo, c.estado, c.volumen_tm, p.papel,
      privado.fecha_contrato(c.fecha_firma, c.creado_en) as fecha
    from public.contratos_participantes p join public.contratos c on c.id = p.contrato_id
    where p.empresa_id = empresa and not p.oculto
  )
  select json_build_object(
    'totales', coalesce((
      select json_agg(row_to_json(t)) from (
        select extract(year from fecha)::int as anio, estado, count(*)::int as contratos, sum(volumen_tm) as volumen_tm
        from suyos group by 1, 2 order by 1 desc, 2
      ) as t), '[]'),
    'ultimos', coalesce((
      select json_agg(row_to_json(u)) from (
        select codigo, papel, estado, volumen_tm, fecha from suyos order by id desc limit 20
      ) as u), '[]'))
$$;
comment on function privado.historial(bigint) is
  'Contratos de una empresa que el usuario ve: totales por año y estado, y los últimos veinte.';

create function public.perfil() returns json
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
        from unnest('{contrato,documento,lote,participante,mensaje}'::text[]) as t (tipo)
        left join public.preferencias p on p.tipo = t.tipo and p.usuario_id = u.id),
      'contratos', privado.historial(u.empresa_id))
    from public.usuarios u where u.id = auth.uid()
  );
end
$$;
comment on function public.perfil() is
  'Quién es el que llama, su empresa, qué puede, de qué se le avisa y los contratos de su empresa.';

revoke all on function privado.historial(bigint) from public;
revoke all on function public.perfil() from public, anon, service_role;
grant execute on function privado.historial(bigint), public.perfil() to authenticated;
