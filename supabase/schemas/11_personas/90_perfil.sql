-- Each person sees who it is, what it may do, what it is told of and the history of its company's contracts.

-- The totals are summed when contracts change, as the indicators are: an app asks for them at every start.
-- It is plpgsql, which keeps its plans for the whole connection; and runs as its owner, of nobody's company but the
-- caller's: as the caller, RLS would look up every contract of the company for the last twenty.
create function privado.historial() returns json
language plpgsql stable security definer set search_path = '' as $$
declare
  suya constant bigint := privado.mi_empresa();
begin
  return json_build_object(
    'totales', coalesce((
      select json_agg(row_to_json(t)) from (
        select extract(year from k.fecha)::int as anio, replace(k.medida, 'historial ', '') as estado,
          sum(k.n)::int as contratos, sum(k.cantidad) as volumen_tm
        from public.kpis_totales k
        where k.empresa_id = suya and k.grupo = 'mes'
          and k.medida in ('historial En revisión', 'historial Activo', 'historial Cerrado')
        group by 1, k.medida having sum(k.n) > 0 order by 1 desc, 2
      ) as t), '[]'),
    'ultimos', coalesce((
      select json_agg(row_to_json(u)) from (
        select c.codigo, p.papel, c.estado, c.volumen_tm, privado.fecha_contrato(c.fecha_firma, c.creado_en) as fecha
        from public.contratos_participantes p join public.contratos c on c.id = p.contrato_id
        where p.empresa_id = suya and not p.oculto order by p.contrato_id desc limit 20
      ) as u), '[]'));
end
$$;
comment on function privado.historial() is
  'Contratos de la empresa del usuario: totales por año y estado, y los últimos veinte.';
revoke all on function privado.historial() from public;
grant execute on function privado.historial() to authenticated;

-- Under RLS a row is found by its index only if what it is compared with is known before: hence the select.
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
        from unnest(privado.tipos_de_aviso()) as t (tipo)
        left join public.preferencias p on p.tipo = t.tipo and p.usuario_id = u.id),
      'contratos', privado.historial())
    from public.usuarios u where u.id = (select auth.uid())
  );
end
$$;
comment on function public.perfil() is
  'Quién es el que llama, su empresa, qué puede, de qué se le avisa y los contratos de su empresa.';
revoke all on function public.perfil() from public, anon, service_role;
grant execute on function public.perfil() to authenticated;
