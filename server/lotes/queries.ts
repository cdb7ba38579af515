import { byKey } from '../db/fragments.ts'

/** Columns of a lot `l`, in the order of the answer. Its owner alone reads the code of the lot of the graph. */
export const LOTE = `l.codigo_lote, l.peso_qq, l.humedad, l.id, l.estado, l.peso_inicial_qq, l.humedad_inicial,
  l.recibido_en, l.secado_en, l.exportado_en, l.creado_en, l.actualizado_en, l.lote_id, l.lote_kg, l.origen_compartido,
  (select x.codigo from public.lotes x where x.id = l.lote_id) as lote`

/** Id of the lot of contract `c` that a parameter names by its code, in any case, or, failing that, by its id. */
export const loteNombrado = (nombre: `$${number}`) => `(
  select x.id from public.lotes_asociados x
  where x.contrato_id = c.id
    and (privado.clave_lote(x.codigo_lote) = privado.clave_lote(${nombre})
      or x.id = case when ${nombre} ~ '^[0-9]{1,18}$' then ${nombre}::bigint end)
  order by x.codigo_lote = ${nombre} desc, privado.clave_lote(x.codigo_lote) = privado.clave_lote(${nombre}) desc, x.id
  limit 1)`

/** The id of the lot of the graph that a parameter names, which may be of nobody: the rules of lots say so. */
const loteDelGrafo = (nombre: `$${number}::text`) => `case
  when ${nombre} ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then ${nombre}::uuid
  when ${nombre} is not null then coalesce(
    (select x.id from public.lotes x where x.empresa_id = (select privado.mi_empresa()) and x.codigo = ${nombre}),
    '00000000-0000-0000-0000-000000000000')
  end`

/**
 * $1 contract, $2 codigo_lote or null, $3 peso_qq, $4 humedad, $5 estado, $6 id or code of a lot of the graph, $7 its
 * kilos, $8 origen_compartido → the lot.
 */
export const asociarLote = byKey(
  'asociar_lote',
  (where) => `with l as (
    insert into public.lotes_asociados (contrato_id, codigo_lote, peso_qq, humedad, estado, lote_id, lote_kg, origen_compartido)
    select c.id, coalesce($2, ''), $3::numeric, $4::numeric, coalesce($5, 'En tránsito'), ${loteDelGrafo('$6::text')}, $7::numeric,
      coalesce($8, 'nada') from public.contratos c where ${where}
    returning *
  ) select row_to_json(fila) as cuerpo from (select ${LOTE} from l) as fila`,
)

/** $1 contract, $2 lot, $3 peso_qq, $4 humedad, $5 estado, $6 origen_compartido (null leaves what there is) → the lot. */
export const editarLote = byKey(
  'editar_lote',
  (where) => `with l as (
    update public.lotes_asociados l
    set peso_qq = coalesce($3::numeric, l.peso_qq), humedad = coalesce($4::numeric, l.humedad), estado = coalesce($5, l.estado),
      origen_compartido = coalesce($6, l.origen_compartido)
    from public.contratos c where ${where} and l.contrato_id = c.id and l.id = ${loteNombrado('$2')}
    returning l.*
  ) select row_to_json(fila) as cuerpo from (select ${LOTE} from l) as fila`,
)

/** $1 contract, $2 lot → whether the caller may see the lot. */
export const accesoLote = byKey(
  'acceso_lote',
  (where) => `select ${loteNombrado('$2')} is not null as visible from public.contratos c where ${where}`,
)
