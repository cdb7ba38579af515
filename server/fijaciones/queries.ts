import { byKey, list } from '../db/fragments.ts'

/** Columns of a fixing `f`, in the order of the answer. */
const COLUMNAS = `f.id, f.tm, f.ny, f.diferencial, f.precio_tm, f.fecha,
  case when f.anulada_en is not null then 'anulada' when f.confirmada_en is null then 'por confirmar' else 'firme' end as estado,
  f.creado_por, f.empresa_id, f.creado_en, f.vence_en, f.confirmada_en, f.confirmada_por, f.motivo, f.anulada_en, f.anulada_por`

/**
 * How far the price of contract `c` is fixed, for who signs it: what is open, the futures of 10 TM that cover it
 * and what they leave. null when its price is not to be fixed.
 */
export const FIJACION = `case
  when c.modalidad_precio = 'por fijar' and ((select privado.mi_empresa()) = any (array[c.exportadora_id, c.contraparte_id])
    or (select privado.es_admin())) then (
      select json_build_object('tm_fijadas', t.fijadas, 'tm_por_confirmar', t.por_confirmar, 'tm_abiertas', c.volumen_tm - t.fijadas,
        'precio_promedio', t.promedio, 'lotes_cobertura', floor((c.volumen_tm - t.fijadas) / 10),
        'tm_expuestas', (c.volumen_tm - t.fijadas) % 10)
      from (
        select coalesce(sum(f.tm), 0) as fijadas, coalesce(sum(f.tm) filter (where f.confirmada_en is null), 0) as por_confirmar,
          round(sum(f.tm * f.precio_tm) filter (where f.confirmada_en is not null)
            / sum(f.tm) filter (where f.confirmada_en is not null), 2) as promedio
        from public.fijaciones f where f.contrato_id = c.id and f.anulada_en is null
      ) as t)
  end`

/** $1 contract → its fixings, the annulled ones too, and how far its price is fixed. */
export const verFijaciones = byKey(
  'ver_fijaciones',
  (where) => `select json_build_object(
      'fijaciones', ${list(`select ${COLUMNAS} from public.fijaciones f where f.contrato_id = c.id order by f.id`)},
      'fijacion', ${FIJACION}) as cuerpo
    from public.contratos c where ${where}`,
)

/** $1 contract, $2 tm, $3 ny, $4 diferencial, $5 fecha or null → the fixing. */
export const fijar = byKey(
  'fijar',
  (where) => `with f as (
    insert into public.fijaciones (contrato_id, tm, ny, diferencial, fecha)
    select c.id, $2::numeric, $3::numeric, $4::numeric, coalesce($5, (now() at time zone 'America/Guayaquil')::date)
    from public.contratos c where ${where}
    returning *
  ) select row_to_json(fijacion) as cuerpo from (select ${COLUMNAS} from f) as fijacion`,
)

/** $1 contract, $2 fixing, $3 motivo → the fixing, annulled. */
export const anularFijacion = byKey(
  'anular_fijacion',
  (where) => `with f as (
    update public.fijaciones f set motivo = $3
    from public.contratos c where ${where} and f.contrato_id = c.id and f.id = $2::bigint
    returning f.*
  ) select row_to_json(fijacion) as cuerpo from (select ${COLUMNAS} from f) as fijacion`,
)

/** $1 contract, $2 fixing → the fixing, confirmed. */
export const confirmarFijacion = byKey(
  'confirmar_fijacion',
  (where) => `select row_to_json(fijacion) as cuerpo from (
    select ${COLUMNAS} from public.contratos c join public.fijaciones x on x.contrato_id = c.id and x.id = $2::bigint
    cross join lateral public.responder_fijacion(x.id, true) as f where ${where}
  ) as fijacion`,
)

/** $1 contract, $2 fixing → whether the caller may see the fixing. */
export const accesoFijacion = byKey(
  'acceso_fijacion',
  (
    where,
  ) => `select exists (select from public.fijaciones f where f.contrato_id = c.id and f.id = $2::bigint) as visible
    from public.contratos c where ${where}`,
)
