-- One batch of contracts with their parties, lots and documents, in one statement: all of a batch or nothing.
-- $1 what is asked for, as JSON: see pedido. What looks random is a hash of number and seed, so that the same seed on the
-- same database gives the same rows.
-- A few large companies sign most of the contracts (the square of an even draw), as in the trade.
with pedido as materialized (
  select * from jsonb_to_record($1) as p (
    -- Numbers of this batch, of the total.
    primero bigint, ultimo bigint, total bigint,
    semilla bigint,
    -- The time they are spread over.
    desde timestamptz, hasta timestamptz,
    -- Name of the exporter of all of them, or of none, or null.
    solo text, sin text)
),
empresas as materialized (
  select
    array_agg(e.id order by e.id) filter (
      where e.tipo = 'exportadora' and e.nombre = coalesce(p.solo, e.nombre) and e.nombre is distinct from p.sin
    ) as exportadoras,
    array_agg(e.id order by e.id) filter (where e.tipo = 'centro_acopio') as centros,
    array_agg(e.id order by e.id) filter (where e.tipo = 'proveedor') as proveedores
  from public.empresas e cross join pedido p where e.activo
),
numerados as materialized (
  select n, nextval(pg_get_serial_sequence('public.contratos', 'id')) as numero
  from pedido p cross join generate_series(p.primero, p.ultimo) as n order by n
),
-- Ids as the trigger gives them; what looks random is drawn from the number, and not from the hour.
identificados as materialized (
  select n, numero, privado.id_con_hora(numero) as id from numerados order by n
),
sorteos as materialized (
  select c.n, c.id, array(
    select (hashint8extended(c.numero * 16 + k, p.semilla) & 2147483647) / 2147483648.0::float8 from generate_series(0, 15) as k
  ) as u
  from identificados c cross join pedido p
),
-- Even draws from 0 to 1, by what each decides; those of lots and documents, by their number. Some decide twice.
azar as (
  select n, id,
    u[1] as u_momento, u[2] as u_exportadora, u[3] as u_es_centro, u[4] as u_contraparte, u[5] as u_hay_proveedor,
    u[6] as u_proveedor, u[6] as u_tolerancia, u[7] as u_estado, u[7] as u_parte_fijada, u[8] as u_movido,
    u[8] as u_plazo, u[9] as u_lotes, u[10] as u_documentos, u[11] as u_volumen, u[12] as u_redondo, u[12] as u_calidad,
    u[13] as u_por_fijar, u[14] as u_precio, u[14] as u_ny, u[15] as u_diferencial, u[15] as u_observaciones,
    u[16] as u_hay_fijaciones, u[16] as u_hay_entrega,
    u[2:4] as u_peso, u[5:7] as u_merma, u[5:7] as u_humedad, u[6:8] as u_secado, u[8:10] as u_paso, u[13:15] as u_bytes
  from sorteos
),
fechados as materialized (
  select a.*, f.creado_en, extract(year from f.creado_en at time zone 'America/Guayaquil')::int as anio,
    e.exportadoras[1 + floor(array_length(e.exportadoras, 1) * u_exportadora * u_exportadora)] as exportadora_id
  from azar a cross join pedido p cross join empresas e cross join lateral (
    select p.desde + (p.hasta - p.desde) * ((a.n - a.u_momento) / p.total) as creado_en
  ) as f
),
-- One for all, or one per exporter, as the installation chose.
seriados as materialized (
  select f.*, case when privado.serie_por_exportadora() then x.siglas end as siglas,
    case when privado.serie_por_exportadora() then 'contratos/' || f.exportadora_id else 'contratos' end as serie
  from fechados f join public.empresas x on x.id = f.exportadora_id
),
series as materialized (
  select serie, anio, privado.siguiente_numero(serie, anio, count(*)) as primero from seriados group by serie, anio
),
relleno as materialized (
  select f.*,
    privado.codigo_contrato(
      f.anio, s.primero + row_number() over (partition by f.serie, f.anio order by f.n) - 1, f.siglas) as codigo,
    case when u_es_centro < 0.9 then e.centros[1 + floor(array_length(e.centros, 1) * u_contraparte * u_contraparte)]
      else e.proveedores[1 + floor(array_length(e.proveedores, 1) * u_contraparte * u_contraparte)] end as contraparte_id,
    case when u_hay_proveedor < 0.4 then e.proveedores[1 + floor(array_length(e.proveedores, 1) * u_proveedor)] end as proveedor_id,
    case
      when p.hasta - f.creado_en > interval '120 days' then case when u_estado < 0.9 then 'Cerrado' else 'Activo' end
      when p.hasta - f.creado_en > interval '7 days' then case when u_estado < 0.25 then 'Cerrado' else 'Activo' end
      else case when u_estado < 0.3 then 'En revisión' else 'Activo' end
    end as estado,
    least(f.creado_en + (5 + 105 * u_movido) * interval '1 day', p.hasta) as movido_en,
    1 + floor(3 * u_lotes)::int as lotes, 1 + floor(3 * u_documentos)::int as documentos,
    round((5 + 495 * u_volumen * u_volumen)::numeric, case when u_redondo < 0.8 then 0 else 1 end) as volumen_tm,
    u_por_fijar >= 0.4 as por_fijar, u_hay_fijaciones < 0.7 as hay_fijaciones,
    round((3000 + 8000 * u_ny)::numeric, 0) as ny, round((-900 + 600 * u_diferencial)::numeric, 0) as diferencial
  from seriados f join series s using (serie, anio) cross join empresas e cross join pedido p
),
contratos as (
  insert into public.contratos (id, codigo, exportadora_id, contraparte_id, fecha_firma, volumen_tm, calidad,
    fecha_entrega, tolerancia_pct, modalidad_precio, estado, archivo_pdf, observaciones, creado_en, actualizado_en, cerrado_en,
    exportadora_acepto_en, contraparte_acepto_en)
  overriding system value
  select id, codigo, exportadora_id, contraparte_id,
    case when estado <> 'En revisión' then (creado_en at time zone 'America/Guayaquil')::date end,
    volumen_tm,
    (array['ASE', 'ASS', 'ASSS', 'CCN-51', 'ASN'])[1 + floor(6 * u_calidad)],
    case when u_hay_entrega < 0.9 then (creado_en at time zone 'America/Guayaquil')::date + 15 + floor(120 * u_plazo)::int end,
    (array[0, 2.5, 5, 10])[1 + floor(4 * u_tolerancia)], case when por_fijar then 'por fijar' else 'fijo' end,
    estado, 'contratos/' || codigo || '/contrato.pdf',
    (array['Cacao Nacional grado ASE.', 'Cacao CCN-51, entrega en bodega de Guayaquil.', 'Precio por fijar sobre ICE Nueva York.',
      'Certificado orgánico.'])[1 + floor(8 * u_observaciones)],
    creado_en, case estado when 'Cerrado' then movido_en else creado_en end, case estado when 'Cerrado' then movido_en end,
    creado_en, creado_en
  from relleno order by id
),
-- Who shares a contract has accepted the other.
relaciones as (
  insert into public.relaciones (propone_id, con_id, para_id, estado, propuesta_en, respondida_en)
  select x.una, x.otra, x.otra, 'aceptada', min(x.creado_en), min(x.creado_en)
  from (
    select least(v.una, v.otra) as una, greatest(v.una, v.otra) as otra, r.creado_en
    from relleno r, lateral (values (r.exportadora_id, r.contraparte_id), (r.exportadora_id, r.proveedor_id),
      (r.contraparte_id, r.proveedor_id)) as v (una, otra)
    where v.una <> v.otra
  ) as x
  group by x.una, x.otra
  on conflict do nothing
),
precios as (
  insert into public.contratos_precios (contrato_id, precio_fijado_tm, diferencial_tm, actualizado_en)
  select id,
    case when not por_fijar then round((2200 + 9000 * u_precio)::numeric, 2) when hay_fijaciones then ny + diferencial end,
    case when por_fijar then diferencial end, creado_en
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
  select r.id, 'LT-' || lpad(k::text, 4, '0'), peso_qq, humedad, e.estado, round(peso_qq * (1 + (0.06 * u_merma[k])::numeric), 1),
    round(humedad + (9 * u_secado[k])::numeric, 1),
    case when e.paso > 1 then r.creado_en + (r.movido_en - r.creado_en) * 0.4 end,
    case when e.paso > 2 then r.creado_en + (r.movido_en - r.creado_en) * 0.7 end,
    case when e.paso > 3 then r.movido_en end, r.creado_en, r.movido_en
  from relleno r cross join generate_series(1, r.lotes) as k
  cross join lateral (
    select round((20 + 430 * u_peso[k])::numeric, 1) as peso_qq, round((6 + 2.5 * u_humedad[k])::numeric, 1) as humedad,
      -- A contract is closed exactly when all its lots are exported: in an open one the last never is.
      case
        when r.estado = 'Cerrado' then 4 when r.estado = 'En revisión' then 1
        else 1 + floor((case when k = r.lotes then 3 else 4 end) * u_paso[k])::int
      end as paso
  ) as l
  cross join lateral (
    select l.paso, (array['En tránsito', 'Recibido', 'Secado', 'Exportado'])[l.paso] as estado
  ) as e
),
fijaciones as (
  -- Of a closed contract everything is fixed; of the others, a part.
  insert into public.fijaciones (contrato_id, tm, ny, diferencial, fecha, creado_en, confirmada_en)
  select id, case estado when 'Cerrado' then volumen_tm else round(volumen_tm * (0.2 + 0.5 * u_parte_fijada)::numeric, 1) end,
    ny, diferencial, (movido_en at time zone 'America/Guayaquil')::date, movido_en, movido_en
  from relleno where por_fijar and hay_fijaciones order by id
)
-- No file stands behind these: the label says so, there is no checksum and nothing to review.
insert into public.documentos_contrato (contrato_id, tipo, etiqueta, nombre_archivo, url_archivo, bytes, mime, huella_de, verificacion,
  fecha_subida)
select r.id, d.tipo, 'sin_archivo', d.nombre, 'contratos/' || r.codigo || '/' || d.archivo,
  40000 + floor(400000 * u_bytes[d.orden]), 'application/pdf', 'sin_archivo', 'sin archivo', r.creado_en
from relleno r, lateral (values
  (1, 'contrato', r.codigo || '.pdf', 'contrato.pdf'),
  (2, 'factura', 'FAC-001.pdf', 'factura_001.pdf'),
  (3, 'guia_remision', 'GR-001.pdf', 'guia_remision_001.pdf')
) as d (orden, tipo, nombre, archivo)
where d.orden <= r.documentos
