-- One batch of contracts with their parties, lots and documents, in one statement: all of a batch or nothing.
-- $1 first and $2 last number of this batch, of $3 in all; $4 seed; $5 and $6 the time they are spread over; $7 name of
-- the exporter of all of them, or $8 of none, or null.
-- What looks random is a hash of id and seed, so that the same seed on the same database gives the same rows.
-- A few large companies sign most of the contracts (the square of an even draw), as in the trade.
with empresas as materialized (
  select
    array_agg(id order by id) filter (
      where tipo = 'exportadora' and nombre = coalesce($7::text, nombre) and nombre is distinct from $8::text) as exportadoras,
    array_agg(id order by id) filter (where tipo = 'centro_acopio') as centros,
    array_agg(id order by id) filter (where tipo = 'proveedor') as proveedores
  from public.empresas where activo
),
numerados as materialized (
  select n, nextval(pg_get_serial_sequence('public.contratos', 'id')) as id
  from generate_series($1::bigint, $2::bigint) as n order by n
),
azar as materialized (
  select n, id, array(
    select (hashint8extended(id * 16 + k, $4::bigint) & 2147483647) / 2147483648.0::float8 from generate_series(0, 15) as k
  ) as u
  from numerados
),
fechados as materialized (
  select n, id, u, creado_en, extract(year from creado_en at time zone 'America/Guayaquil')::int as anio
  from azar, lateral (
    select $5::timestamptz + ($6::timestamptz - $5::timestamptz) * ((n - u[1]) / $3::bigint) as creado_en
  ) as f
),
series as materialized (
  select anio, privado.siguiente_numero('contratos', anio, count(*)) as primero from fechados group by anio
),
relleno as materialized (
  select f.id, f.u, f.creado_en,
    privado.codigo_contrato(f.anio, s.primero + row_number() over (partition by f.anio order by f.n) - 1) as codigo,
    e.exportadoras[1 + floor(array_length(e.exportadoras, 1) * u[2] * u[2])] as exportadora_id,
    case when u[3] < 0.9 then e.centros[1 + floor(array_length(e.centros, 1) * u[4] * u[4])]
      else e.proveedores[1 + floor(array_length(e.proveedores, 1) * u[4] * u[4])] end as contraparte_id,
    case when u[5] < 0.4 then e.proveedores[1 + floor(array_length(e.proveedores, 1) * u[6])] end as proveedor_id,
    case
      when $6::timestamptz - f.creado_en > interval '120 days' then case when u[7] < 0.9 then 'Cerrado' else 'Activo' end
      when $6::timestamptz - f.creado_en > interval '7 days' then case when u[7] < 0.25 then 'Cerrado' else 'Activo' end
      else case when u[7] < 0.3 then 'En revisión' else 'Activo' end
    end as estado,
    least(f.creado_en + (5 + 105 * u[8]) * interval '1 day', $6::timestamptz) as movido_en,
    1 + floor(3 * u[9])::int as lotes, 1 + floor(3 * u[10])::int as documentos,
    round((5 + 495 * u[11] * u[11])::numeric, case when u[12] < 0.8 then 0 else 1 end) as volumen_tm,
    u[13] >= 0.4 as por_fijar, round((3000 + 8000 * u[14])::numeric, 0) as ny, round((-900 + 600 * u[15])::numeric, 0) as diferencial
  from fechados f join series s using (anio) cross join empresas e
),
contratos as (
  insert into public.contratos (id, codigo, exportadora_id, contraparte_id, fecha_firma, volumen_tm, precio_fijado_tm,
    calidad, fecha_entrega, tolerancia_pct, modalidad_precio, estado, archivo_pdf, observaciones, creado_en, actualizado_en, cerrado_en)
  overriding system value
  select id, codigo, exportadora_id, contraparte_id,
    case when estado <> 'En revisión' then (creado_en at time zone 'America/Guayaquil')::date end,
    volumen_tm,
    case when not por_fijar then round((2200 + 9000 * u[14])::numeric, 2) when u[16] < 0.7 then ny + diferencial end,
    (array['ASE', 'ASS', 'ASSS', 'CCN-51', 'ASN'])[1 + floor(6 * u[12])],
    case when u[16] < 0.9 then (creado_en at time zone 'America/Guayaquil')::date + 15 + floor(120 * u[8])::int end,
    (array[0, 2.5, 5, 10])[1 + floor(4 * u[6])], case when por_fijar then 'por fijar' else 'fijo' end,
    estado, 'contratos/' || codigo || '/contrato.pdf',
    (array['Cacao Nacional grado ASE.', 'Cacao CCN-51, entrega en bodega de Guayaquil.', 'Precio por fijar sobre ICE Nueva York.',
      'Certificado orgánico.'])[1 + floor(8 * u[15])],
    creado_en, case estado when 'Cerrado' then movido_en else creado_en end, case estado when 'Cerrado' then movido_en end
  from relleno order by id
),
participantes as (
  insert into public.contratos_participantes (contrato_id, empresa_id, papel, creado_en)
  select r.id, p.empresa_id, p.papel, r.creado_en
  from relleno r, lateral (values
    (r.exportadora_id, 'exportadora'), (r.contraparte_id, 'contraparte'),
    (nullif(r.proveedor_id, r.contraparte_id), 'proveedor')
  ) as p (empresa_id, papel)
  where p.empresa_id is not null
),
lotes as (
  insert into public.lotes_asociados (contrato_id, codigo_lote, peso_qq, humedad, estado, peso_inicial_qq, humedad_inicial,
    recibido_en, secado_en, exportado_en, creado_en, actualizado_en)
  select r.id, 'LT-' || lpad(k::text, 4, '0'), peso_qq, humedad, e.estado, round(peso_qq * (1 + (0.06 * u[k + 4])::numeric), 1),
    round(humedad + (9 * u[k + 5])::numeric, 1),
    case when e.paso > 1 then r.creado_en + (r.movido_en - r.creado_en) * 0.4 end,
    case when e.paso > 2 then r.creado_en + (r.movido_en - r.creado_en) * 0.7 end,
    case when e.paso > 3 then r.movido_en end, r.creado_en, r.movido_en
  from relleno r cross join generate_series(1, r.lotes) as k
  cross join lateral (
    select round((20 + 430 * u[k + 1])::numeric, 1) as peso_qq, round((6 + 2.5 * u[k + 4])::numeric, 1) as humedad,
      -- A contract is closed exactly when all its lots are exported: in an open one the last never is.
      case
        when r.estado = 'Cerrado' then 4 when r.estado = 'En revisión' then 1
        else 1 + floor((case when k = r.lotes then 3 else 4 end) * u[k + 7])::int
      end as paso
  ) as l
  cross join lateral (
    select l.paso, (array['En tránsito', 'Recibido', 'Secado', 'Exportado'])[l.paso] as estado
  ) as e
),
fijaciones as (
  -- Of a closed contract everything is fixed; of the others, a part.
  insert into public.fijaciones (contrato_id, tm, ny, diferencial, fecha, creado_en)
  select id, case estado when 'Cerrado' then volumen_tm else round(volumen_tm * (0.2 + 0.5 * u[7])::numeric, 1) end,
    ny, diferencial, (movido_en at time zone 'America/Guayaquil')::date, movido_en
  from relleno where por_fijar and u[16] < 0.7 order by id
)
-- No file stands behind these: the label says so, there is no checksum and nothing to review.
insert into public.documentos_contrato (contrato_id, tipo, etiqueta, nombre_archivo, url_archivo, bytes, mime, huella_de, fecha_subida)
select r.id, d.tipo, 'sin_archivo', d.nombre, 'contratos/' || r.codigo || '/' || d.archivo,
  40000 + floor(400000 * u[d.orden + 12]), 'application/pdf', 'sin_archivo', r.creado_en
from relleno r, lateral (values
  (1, 'contrato', r.codigo || '.pdf', 'contrato.pdf'),
  (2, 'factura', 'FAC-001.pdf', 'factura_001.pdf'),
  (3, 'guia_remision', 'GR-001.pdf', 'guia_remision_001.pdf')
) as d (orden, tipo, nombre, archivo)
where d.orden <= r.documentos
