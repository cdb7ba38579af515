-- Why: the profile counts the contracts of a company by year and state, and counted them one by one: six tenths of a
-- second of a company of 150,000, at every start of an app. They are summed when they change, as the indicators are.
-- Touches: one measure more in public.kpis_cambios and public.kpis_celdas, `historial` and the state, with the first
-- day of the year that the contract is of; privado.historial() reads it, and public.perfil() finds its user by the key.
-- Sums what there is; nobody changes a contract or its parties meanwhile. Destructive: no.
do $$
begin
  lock table public.contratos, public.contratos_participantes in share row exclusive mode;
end
$$;

-- $2: for those parties alone; without it, for all who are party.
create or replace function privado.aportes_kpi(piezas privado.kpi_pieza[], partes public.contratos_participantes[] default null)
returns table (
  empresa_id bigint, papel text, otra_id bigint, calidad text, medida text, fecha date,
  n bigint, cantidad numeric, inicial_qq numeric, humedad_qq numeric, usd numeric
)
language plpgsql volatile set search_path = '' set plan_cache_mode = 'force_generic_plan' as $$
#variable_conflict use_column
begin
  return query
  select p.empresa_id, p.papel, case p.papel when 'exportadora' then s.contraparte_id else s.exportadora_id end,
    coalesce(s.calidad, ''), s.medida, s.fecha, s.n, s.cantidad, s.inicial, s.humedad, s.usd
  from (
    select x.id, x.exportadora_id, x.contraparte_id, x.calidad, m.medida, m.fecha, sum(x.signo) as n,
      sum(x.signo * m.cantidad) as cantidad, sum(x.signo * m.inicial) as inicial,
      sum(x.signo * m.humedad) as humedad, sum(x.signo * m.usd) as usd
    from (
      -- Each field is taken out once: "offset 0" keeps it so.
      select z.signo, (z.lote).id is null as es_contrato, (z.contrato).id, (z.contrato).exportadora_id,
        (z.contrato).contraparte_id, (z.contrato).calidad, (z.contrato).precio_fijado_tm as precio,
        (z.contrato).estado, (z.contrato).modalidad_precio as modalidad, (z.contrato).volumen_tm as volumen,
        round((z.contrato).volumen_tm * (1 - (z.contrato).tolerancia_pct / 100), 4) as minimo, (z.contrato).fecha_entrega as entrega,
        case when (z.lote).id is null then privado.fecha_contrato((z.contrato).fecha_firma, (z.contrato).creado_en) end as abierto,
        round((z.avance).recibido_qq * 0.045359237, 4) as recibido_tm, (z.avance).tm_fijadas,
        (z.lote).estado as paso, (z.lote).peso_qq as qq, (z.lote).peso_inicial_qq as inicial, (z.lote).humedad,
        ((z.lote).recibido_en at time zone 'America/Guayaquil')::date as recibido,
        ((z.lote).exportado_en at time zone 'America/Guayaquil')::date as exportado
      from unnest(piezas) as z
      where (z.contrato).eliminado_en is null
      offset 0
    ) as x
    cross join lateral (
      select 'infinity'::date, x.paso, x.qq, 0.0, 0.0, 0.0 where not x.es_contrato
      union all
      select x.recibido, 'entregado', x.qq, x.inicial, x.qq * x.humedad, 0 where x.recibido is not null
      union all
      select x.exportado, case when x.precio is null then 'sin_precio' else 'vendido' end, x.qq, 0, 0,
        coalesce(x.qq * 0.045359237 * x.precio, 0) where x.exportado is not null
      union all
      select 'infinity', x.estado, x.volumen, 0, 0, 0 where x.es_contrato
      union all
      select coalesce(x.entrega, x.abierto), 'contratado', x.volumen, 0, 0, 0 where x.es_contrato
      union all
      select date_trunc('year', x.abierto)::date, 'historial ' || x.estado, x.volumen, 0, 0, 0 where x.es_contrato
      union all
      select 'infinity', 'abierta', x.volumen - x.tm_fijadas, 0, 0, 0
      where x.es_contrato and x.estado <> 'Cerrado' and x.modalidad = 'por fijar'
      union all
      select x.entrega, 'vence', x.volumen - x.recibido_tm, 0, 0, 0
      where x.entrega is not null and x.es_contrato and x.estado <> 'Cerrado' and x.recibido_tm < x.minimo
    ) as d (dia, medida, cantidad, inicial, humedad, usd)
    cross join lateral (
      -- By months, but for what is due, which has its day.
      select d.medida, case when d.medida = 'vence' or d.dia = 'infinity' then d.dia else date_trunc('month', d.dia)::date end as fecha,
        d.cantidad, d.inicial, d.humedad, d.usd
    ) as m
    group by 1, 2, 3, 4, 5, 6
    having (sum(x.signo), sum(x.signo * m.cantidad), sum(x.signo * m.inicial), sum(x.signo * m.humedad), sum(x.signo * m.usd))
      is distinct from (0, 0, 0, 0, 0)
  ) as s
  -- Each looked up by its contract: the planner does not know how many they are.
  cross join lateral (
    select t.empresa_id, t.papel from public.contratos_participantes t where partes is null and t.contrato_id = s.id
    union all
    select t.empresa_id, t.papel from unnest(partes) as t where t.contrato_id = s.id
  ) as p
  -- Prices and what is to be priced are of those who sign.
  where p.papel <> 'proveedor' or s.medida not in ('vendido', 'sin_precio', 'abierta');
end
$$;

insert into public.kpis_celdas
  (empresa_id, grupo, medida, fecha, clave, papel, n, cantidad, inicial_qq, humedad_qq, usd)
select p.empresa_id, g.grupo, 'historial ' || c.estado, c.anio, g.clave, p.papel, count(*), sum(c.volumen_tm), 0, 0, 0
from (
  select *, date_trunc('year', privado.fecha_contrato(fecha_firma, creado_en))::date as anio
  from public.contratos where eliminado_en is null
) as c
join public.contratos_participantes p on p.contrato_id = c.id
cross join lateral (values
  ('mes', ''), ('calidad', coalesce(c.calidad, '')),
  ('contraparte', (case p.papel when 'exportadora' then c.contraparte_id else c.exportadora_id end)::text)
) as g (grupo, clave)
group by 1, 2, 3, 4, 5, 6;

-- plpgsql, which keeps its plans for the whole connection; and as its owner, of nobody's company but the caller's: as the
-- caller, RLS would look up every contract of the company for the last twenty.
drop function privado.historial(bigint);
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
      'contratos', privado.historial())
    from public.usuarios u where u.id = (select auth.uid())
  );
end
$$;
