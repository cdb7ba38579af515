-- What a verifier asks: the chains page by page, and where the tables do not say what the chains told last. A row that a
-- superuser changed, dropped or wrote with no trigger is named, with its columns.

create function privado.evidencias_pagina(v_cadena bigint, v_n bigint, tope integer)
returns table (
  cadena bigint, n bigint, en timestamptz, tipo text, actor uuid, objeto text, canonico text, previo bytea, hash bytea)
language sql stable security definer rows 1000 set search_path = '' as $$
  select e.cadena, e.n, e.en, e.tipo, e.actor, e.objeto, e.canonico, e.previo, e.hash
  from privado.evidencias e where (e.cadena, e.n) > (v_cadena, v_n) order by e.cadena, e.n limit tope
$$;
comment on function privado.evidencias_pagina(bigint, bigint, integer) is
  'Evidencias que siguen a una, por cadena y número.';

-- And what has no chain at all.
create function privado.cabezas_de(v_cadenas bigint[])
returns table (cadena bigint, nombre text, n bigint, hash bytea)
language sql stable security definer set search_path = '' as $$
  select h.cadena, h.nombre, h.n, h.hash from privado.evidencias_cabezas h where h.cadena = any (v_cadenas)
$$;
comment on function privado.cabezas_de(bigint[]) is 'Cabezas de unas cadenas.';

create function privado.cadenas_que_faltan()
returns table (cadena bigint)
language sql stable security definer set search_path = '' as $$
  select c.id from public.contratos c
  where not exists (select from privado.evidencias e where e.cadena = c.id and e.n = 1)
  union all
  select -e.id from public.empresas e
  where not exists (select from privado.evidencias v where v.cadena = -e.id and v.n = 1)
  union all
  select h.cadena from privado.evidencias_cabezas h
  where not exists (select from privado.evidencias v where v.cadena = h.cadena and v.n = h.n)
$$;
comment on function privado.cadenas_que_faltan() is
  'Contratos y empresas sin cadena, y cadenas que terminan antes de lo que dice su cabeza.';

-- Chains of before have what names a file, a lot or an analysis as it was: of that, what is told now.
create function privado.con_huellas(v_objeto text, fila jsonb) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  v_sal constant bytea := (select s.sal from privado.evidencias_sales s where s.objeto = v_objeto);
begin
  return fila || coalesce((
    select jsonb_object_agg(e.key, 'sha256:' || privado.con_sal(v_sal, e.value)) from jsonb_each_text(fila) as e
    where v_sal is not null and e.key in ('archivo_pdf', 'codigo_lote', 'etiqueta', 'url_archivo')
      and e.value not like 'sha256:%'), '{}');
end
$$;
comment on function privado.con_huellas(text, jsonb) is 'Lo que una cadena contó de una fila, con la huella de lo que decía a la vista.';

-- Of each object of a chain, what was told of it last. Exporter and counterparty are told of with their
-- contract, and a price is told once there is one.
create function privado.filas_contadas(v_cadenas bigint[])
returns table (cadena bigint, objeto text, fila jsonb)
language sql stable security definer set search_path = '' as $$
  with contado as materialized (
    select e.cadena, e.n, e.tipo, e.objeto, e.canonico::jsonb -> 'datos' as datos
    from privado.evidencias e where e.cadena = any (v_cadenas)
  )
  select distinct on (t.cadena, t.objeto) t.cadena, t.objeto,
    case when num_nonnulls(nullif(left(t.fila ->> 'url_archivo', 7), 'sha256:'), nullif(left(t.fila ->> 'archivo_pdf', 7), 'sha256:'),
      nullif(left(t.fila ->> 'codigo_lote', 7), 'sha256:')) > 0
      then privado.con_huellas(t.objeto, t.fila) else t.fila end
  from (
    select k.cadena, k.n, k.objeto, k.datos -> 'fila' as fila from contado k where k.datos ? 'fila'
    union all
    select k.cadena, k.n, f.key, f.value from contado k cross join lateral jsonb_each(k.datos -> 'filas') as f
    where k.datos ? 'filas'
    union all
    select k.cadena, 0, 'participante/' || p.id, jsonb_build_object('empresa_id', p.id, 'papel', p.papel)
    from contado k cross join lateral (values
      ((k.datos -> 'fila' ->> 'exportadora_id')::bigint, 'exportadora'),
      ((k.datos -> 'fila' ->> 'contraparte_id')::bigint, 'contraparte')) as p (id, papel)
    where k.tipo = 'contrato.creado'
    union all
    select k.cadena, 0, 'acuerdo/' || k.cadena, '{"precio_fijado_tm": null, "diferencial_tm": null}'
    from contado k where k.tipo = 'contrato.creado'
  ) as t
  order by t.cadena, t.objeto, t.n desc
$$;
comment on function privado.filas_contadas(bigint[]) is 'Lo último que unas cadenas contaron de cada objeto.';

-- A key that the chain does not have yet is of a column that came later. A text whose salt was erased cannot be judged.
create function privado.filas_que_no_cuadran(v_cadenas bigint[])
returns table (cadena bigint, objeto text, falla text, campos text[])
language sql stable security definer set search_path = '' as $$
  with halladas as (
    select t.cadena, t.objeto, t.fila::jsonb as fila from privado.filas_de_contrato(v_cadenas) as t
    union all
    select t.cadena, t.objeto, t.fila::jsonb
    from unnest(v_cadenas) as u (cadena) cross join lateral privado.filas_de_empresa(nullif(-u.cadena, 0)) as t
    where u.cadena <= 0
  ), juntas as (
    select coalesce(h.cadena, c.cadena) as cadena, coalesce(h.objeto, c.objeto) as objeto, h.fila as hallada,
      nullif(c.fila, 'null'::jsonb) as contada
    from privado.filas_contadas(v_cadenas) as c
    full join halladas h on h.cadena = c.cadena and h.objeto = c.objeto
  )
  select j.cadena, j.objeto,
    case when j.hallada is null then 'falta' when j.contada is null then 'sobra'
      when d.cambiados is null then 'sin sal' else 'cambiada' end,
    coalesce(d.cambiados, d.sin_sal, '{}')
  from juntas j
  cross join lateral (
    -- Where the chain told of no text, any text is another, whatever its salt.
    select array_agg(e.key order by e.key) filter (where not e.borrado) as cambiados,
      array_agg(e.key order by e.key) filter (where e.borrado) as sin_sal
    from (
      select c.key, j.hallada ->> c.key = 'sin sal' and c.value <> 'null' as borrado
      from jsonb_each(j.contada) as c where j.hallada -> c.key is distinct from c.value and j.hallada is not null
    ) as e
  ) as d
  where (j.hallada is null) <> (j.contada is null) or not j.hallada @> j.contada
  union all
  select p.contrato_id, 'participante/' || p.empresa_id, 'cambiada', '{oculto}'
  from public.contratos_participantes p join public.contratos c on c.id = p.contrato_id
  where p.contrato_id = any (v_cadenas) and p.oculto <> (c.eliminado_en is not null or p.pendiente)
$$;
comment on function privado.filas_que_no_cuadran(bigint[]) is
  'Filas que no son lo que sus cadenas contaron: cambiada, falta o sobra, y en qué columnas.';

create function privado.mensajes_que_no_cuadran(v_cadenas bigint[])
returns table (cadena bigint, objeto text, falla text, campos text[])
language sql stable security definer set search_path = '' as $$
  with resumenes as materialized (
    select e.cadena, e.canonico::jsonb -> 'datos' as datos, s.sal
    from privado.evidencias e left join privado.evidencias_sales s on s.objeto = e.objeto
    where e.cadena = any (v_cadenas) and e.tipo = 'mensajes.resumen'
  ), contados as (
    select r.cadena, r.sal, (x.value ->> 0)::bigint as id, decode(x.value ->> 1, 'hex') as hoja
    from resumenes r cross join lateral jsonb_array_elements(r.datos -> 'mensajes') as x (value)
  ), hallados as (
    select r.cadena, m.id, m from resumenes r join public.mensajes m
    on m.contrato_id = r.cadena and m.id between (r.datos ->> 'desde')::bigint and (r.datos ->> 'hasta')::bigint
  )
  select coalesce(c.cadena, h.cadena), 'mensaje/' || coalesce(c.id, h.id),
    case when h.id is null then 'falta' when c.id is null then 'sobra' when c.sal is null then 'sin sal' else 'cambiada' end,
    '{}'::text[]
  from contados c full join hallados h on h.cadena = c.cadena and h.id = c.id
  where c.id is null or h.id is null or c.sal is null
    or sha256(c.sal || convert_to(privado.fila_mensaje(h.m), 'UTF8')) <> c.hoja
$$;
comment on function privado.mensajes_que_no_cuadran(bigint[]) is
  'Mensajes que no son los que resumieron las cadenas: cambiado, falta o sobra.';

revoke all on function privado.evidencias_pagina(bigint, bigint, integer), privado.cabezas_de(bigint[]),
  privado.cadenas_que_faltan(), privado.con_huellas(text, jsonb), privado.filas_contadas(bigint[]),
  privado.filas_que_no_cuadran(bigint[]), privado.mensajes_que_no_cuadran(bigint[]) from public;
grant execute on function privado.evidencias_pagina(bigint, bigint, integer), privado.cabezas_de(bigint[]),
  privado.cadenas_que_faltan(), privado.filas_que_no_cuadran(bigint[]), privado.mensajes_que_no_cuadran(bigint[])
  to service_role;
