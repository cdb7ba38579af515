import type { Query } from '../utils/db.ts'
import { DOCUMENTO, DOCUMENTOS_DE } from './documentos.ts'
import { lista, pagina, porClave } from './fragmentos.ts'
import { LOTE } from './lotes.ts'

const RESUMEN = `c.codigo, exportadora.nombre as exportadora, contraparte.nombre as contraparte, c.volumen_tm, c.estado`
const DATOS = `c.id, c.exportadora_id, c.contraparte_id, c.precio_fijado_tm, c.fecha_firma, c.observaciones,
  c.archivo_pdf, c.creado_en, c.actualizado_en, c.cerrado_en`
const EMPRESAS = `join public.empresas exportadora on exportadora.id = c.exportadora_id
  join public.empresas contraparte on contraparte.id = c.contraparte_id`

const PARTICIPANTES = `select p.empresa_id, e.nombre, p.papel
  from public.contratos_participantes p join public.empresas e on e.id = p.empresa_id
  where p.contrato_id = c.id order by p.papel = 'proveedor', p.papel = 'contraparte', p.empresa_id`

/** A contract whole: the row `c` of `origen`, its documents, lots and participants. */
const detalle = (origen: string, participantes = PARTICIPANTES) => `
  select row_to_json(contrato) as cuerpo from (
    select ${RESUMEN},
      ${lista(`select ${DOCUMENTO} from ${DOCUMENTOS_DE} where d.contrato_id = c.id order by d.id`)} as documentos,
      ${lista(`select ${LOTE} from public.lotes_asociados l where l.contrato_id = c.id order by l.codigo_lote`)} as lotes,
      ${DATOS},
      ${lista(participantes)} as participantes
    from public.empresas exportadora, public.empresas contraparte, ${origen}
      and exportadora.id = c.exportadora_id and contraparte.id = c.contraparte_id
  ) as contrato`

/** $1 contract → the contract whole. */
export const verContrato = porClave('ver_contrato', (donde) => detalle(`public.contratos c where ${donde}`))

/**
 * $1 volumen_tm, $2 contraparte_id, $3 exportadora_id, $4 precio_fijado_tm, $5 fecha_firma, $6 observaciones,
 * $7 proveedores → the new contract whole. Its participants are told from what was asked: the statement does
 * not see the rows that the function inserts.
 */
export const crearContrato: Query = {
  name: 'crear_contrato',
  text: `with c as materialized (
    select * from public.crear_contrato(
      volumen_tm => $1, contraparte_id => $2, exportadora_id => $3, precio_fijado_tm => $4, fecha_firma => $5,
      observaciones => $6, proveedores => $7)
  ) ${detalle(
    'c where true',
    `select e.id as empresa_id, e.nombre,
       case e.id when c.exportadora_id then 'exportadora' when c.contraparte_id then 'contraparte' else 'proveedor' end as papel
     from public.empresas e where e.id = any ($7::bigint[] || c.exportadora_id || c.contraparte_id)
     order by e.id <> c.exportadora_id, e.id <> c.contraparte_id, e.id`,
  )}`,
}

const cambio = (columna: string, tipo: string) =>
  `${columna} = case when cambios ? '${columna}' then (cambios ->> '${columna}')::${tipo} else c.${columna} end`

/** $1 contract, $2 what changes as JSON, $3 and $4 the versions it must still have (or null) → the contract whole. */
export const editarContrato = porClave(
  'editar_contrato',
  (donde) => `with c as (
    update public.contratos c set ${cambio('volumen_tm', 'numeric')}, ${cambio('precio_fijado_tm', 'numeric')},
      ${cambio('fecha_firma', 'date')}, ${cambio('observaciones', 'text')}, ${cambio('estado', 'text')}
    from (select $2::jsonb as cambios) as edicion
    where ${donde} and c.actualizado_en = coalesce($3, c.actualizado_en) and c.actualizado_en = coalesce($4, c.actualizado_en)
    returning c.*
  ) ${detalle('c where true')}`,
)

/** $1 contract → its id, once marked as deleted. */
export const eliminarContrato = porClave(
  'eliminar_contrato',
  (donde) => `select eliminado.id as cuerpo
    from public.contratos c cross join lateral public.eliminar_contrato(c.id) as eliminado where ${donde}`,
)

/**
 * $1 contract, $2 and $3 the versions it must still have (or null) → whether the caller is active, and of the
 * contract, if the caller may see it, whether it has them.
 */
export const accesoContrato = porClave(
  'acceso_contrato',
  (donde) => `select (select privado.mi_rol()) is not null as activo, (
      select c.actualizado_en = coalesce($2, c.actualizado_en) and c.actualizado_en = coalesce($3, c.actualizado_en)
      from public.contratos c where ${donde}
    ) as vigente`,
)

const FILTRO = `c.eliminado_en is null
  and ($2::text is null or c.estado = $2)
  and ($3::date is null or coalesce(c.fecha_firma, (c.creado_en at time zone 'America/Guayaquil')::date) >= $3)
  and ($4::date is null or coalesce(c.fecha_firma, (c.creado_en at time zone 'America/Guayaquil')::date) <= $4)
  and ($5::text is null or c.id in (select privado.contratos_con_texto($5)))
  and ($6::text is null or array[c.exportadora_id, c.contraparte_id] && array(
    select e.id from public.empresas e
    where e.id is distinct from (select privado.mi_empresa()) and (e.id::text = $6 or privado.normalizar(e.nombre) like '%' || privado.normalizar(
      regexp_replace($6, '([%_\\\\])', '\\\\\\1', 'g')) || '%')))`

/**
 * A page of contracts: $1 limit, $2 estado, $3 desde, $4 hasta, $5 texto, $6 contraparte, $7 id after which it
 * goes on → the page, and whether the caller is active.
 *
 * A party walks its own entries of contratos_participantes in the order of their ids, so a page costs the same
 * anywhere and in any company; an administrator walks all contracts. The branch that does not apply is not run.
 */
function paginaContratos(orden: 'recientes' | 'antiguos'): Query {
  const [sentido, comparador] = orden === 'recientes' ? (['desc', '<'] as const) : (['asc', '>'] as const)
  const rama = (origen: string, id: string, condicion: string) => `(
    select ${RESUMEN}, ${DATOS} from ${origen} ${EMPRESAS}
    where ${condicion} and ${FILTRO} and ($7::bigint is null or ${id} ${comparador} $7)
    order by ${id} ${sentido} limit $1 + 1)`
  const deParte = rama(
    'public.contratos_participantes p join public.contratos c on c.id = p.contrato_id',
    'p.contrato_id',
    'not (select privado.es_admin()) and p.empresa_id = (select privado.mi_empresa()) and not p.oculto',
  )
  const deAdmin = rama('public.contratos c', 'c.id', '(select privado.es_admin())')
  return {
    name: `pagina_contratos_${orden}`,
    text: `select p.*, (select privado.mi_rol()) is not null as activo
      from (${pagina(`${deParte} union all ${deAdmin}`, sentido, '$1')}) as p`,
  }
}

/** The page query of each order; by id, which is the order of creation. */
export const PAGINA_CONTRATOS = {
  recientes: paginaContratos('recientes'),
  antiguos: paginaContratos('antiguos'),
}
