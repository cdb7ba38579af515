import { byKey, list } from '../db/fragments.ts'
import { namedQuery } from '../db/named-query.ts'
import { DOCUMENTO, DOCUMENTOS_DE } from '../documentos/queries.ts'
import { ENMIENDA } from '../enmiendas/queries.ts'
import { FIJACION } from '../fijaciones/queries.ts'
import { LOTE } from '../lotes/queries.ts'

/** Columns that a list shows first. */
export const RESUMEN = `c.codigo, exportadora.nombre as exportadora, contraparte.nombre as contraparte, c.volumen_tm, c.estado`
/** The rest of the columns of a contract `c` and its price `p`, which is null for who does not sign it. */
export const DATOS = `c.id, c.exportadora_id, c.contraparte_id, p.precio_fijado_tm, p.diferencial_tm, c.fecha_firma, c.observaciones,
  c.calidad, c.fecha_entrega, c.tolerancia_pct, c.modalidad_precio, c.cierre, c.dias_confirmacion, c.archivo_pdf, c.creado_en, c.actualizado_en, c.cerrado_en,
  c.propuesto_a is not null as propuesto, c.exportadora_acepto_en, c.contraparte_acepto_en, c.rechazado_en, c.rechazado_como, c.rechazo_motivo`

/** The price `p` of contract `c`, of which RLS shows a supplier no row. */
export const PRECIO = 'left join public.contratos_precios p on p.contrato_id = c.id'

/** The companies that are party to contract `c`, with the names that its answer shows. */
const PARTES = `select p.empresa_id, e.nombre, p.papel, p.pendiente from public.contratos_participantes p
  left join public.empresas e on e.id = p.empresa_id where p.contrato_id = c.id`

/** The amendment of contract `c` that waits for an answer, for who signs it. */
const PENDIENTE = `(select row_to_json(abierta) from (
  select ${ENMIENDA} from public.enmiendas e where e.contrato_id = c.id and e.estado = 'propuesta' and e.vence_en > now()
) as abierta)`

/** A contract whole, and its version: the row `c` of `origen` and its price `p`, its documents, lots and participants. */
const detalle = (origen: string, partes = PARTES, pendiente = PENDIENTE) => `
  select row_to_json(contrato) as cuerpo, to_json(contrato.actualizado_en) #>> '{}' as version from (
    select c.codigo, nombres.exportadora, nombres.contraparte, c.volumen_tm, c.estado,
      ${list(`select ${DOCUMENTO} from ${DOCUMENTOS_DE} where d.contrato_id = c.id order by d.id`)} as documentos,
      ${list(`select ${LOTE} from public.lotes_asociados l where l.contrato_id = c.id order by l.codigo_lote`)} as lotes,
      ${DATOS}, ${FIJACION} as fijacion, ${pendiente} as enmienda_pendiente, nombres.participantes
    from ${origen} cross join lateral (
      select max(nombre) filter (where papel = 'exportadora') as exportadora,
        max(nombre) filter (where papel = 'contraparte') as contraparte,
        json_agg(row_to_json(parte) order by papel = 'proveedor', papel = 'contraparte', empresa_id) as participantes
      from (${partes}) as parte
    ) as nombres
  ) as contrato`

/** $1 contract → the contract whole. */
export const verContrato = byKey('ver_contrato', (where) =>
  detalle(`(select * from public.contratos c where ${where}) as c ${PRECIO}`),
)

/**
 * What was agreed → the new contract whole. Its participants and its price are told from what was asked: the statement
 * does not see the rows that the function inserts.
 */
export const crearContrato = namedQuery(
  'crear_contrato',
  [
    'volumen_tm',
    'contraparte_id',
    'exportadora_id',
    'precio_fijado_tm',
    'fecha_firma',
    'observaciones',
    'proveedores',
    'calidad',
    'fecha_entrega',
    'tolerancia_pct',
    'modalidad_precio',
    'cierre',
    'diferencial_tm',
    'dias_confirmacion',
  ],
  (p) => `with c as materialized (
    select * from public.crear_contrato(volumen_tm => ${p.volumen_tm}, contraparte_id => ${p.contraparte_id},
      exportadora_id => ${p.exportadora_id}, precio_fijado_tm => ${p.precio_fijado_tm}, fecha_firma => ${p.fecha_firma},
      observaciones => ${p.observaciones}, proveedores => ${p.proveedores}, calidad => ${p.calidad},
      fecha_entrega => ${p.fecha_entrega}, tolerancia_pct => ${p.tolerancia_pct},
      modalidad_precio => ${p.modalidad_precio}, cierre => ${p.cierre}, diferencial_tm => ${p.diferencial_tm},
      dias_confirmacion => ${p.dias_confirmacion})
  ) ${detalle(
    `c cross join (select ${p.precio_fijado_tm}::numeric as precio_fijado_tm, ${p.diferencial_tm}::numeric as diferencial_tm) as p`,
    `select e.id as empresa_id, e.nombre,
       case e.id when c.exportadora_id then 'exportadora' when c.contraparte_id then 'contraparte' else 'proveedor' end as papel,
       e.id = any (privado.pendientes_de(c.id)) as pendiente
     from public.empresas e where e.id = any (${p.proveedores}::bigint[] || c.exportadora_id || c.contraparte_id)`,
    'null::json',
  )}`,
)

/**
 * $1 contract, $2 what changes as JSON, $3 and $4 the versions it must still have (or null) → the contract whole. The
 * amendment that the function makes is told from its answer: the statement does not see the row.
 */
export const editarContrato = byKey(
  'editar_contrato',
  (where) => `with p as materialized (
    select editado.* from public.contratos c cross join lateral privado.editar_contrato(c.id, $2, $3, $4) as editado where ${where}
  ) ${detalle(
    '(select (p.contrato).* from p) as c cross join p',
    PARTES,
    `coalesce((select row_to_json(abierta) from (
       select ${ENMIENDA} from (select (p.enmienda).*) as e where e.id is not null) as abierta), ${PENDIENTE})`,
  )}`,
)

/** $1 contract, $2 why → the contract whole, open again. */
export const reabrirContrato = byKey(
  'reabrir_contrato',
  (where) => `with c as materialized (
    select reabierto.* from public.contratos c cross join lateral public.reabrir_contrato(c.id, $2) as reabierto where ${where}
  ) ${detalle(`c ${PRECIO}`)}`,
)

/** $1 contract → its id, once marked as deleted. */
export const eliminarContrato = byKey(
  'eliminar_contrato',
  (where) => `select eliminado.id as cuerpo
    from public.contratos c cross join lateral public.eliminar_contrato(c.id) as eliminado where ${where}`,
)

/**
 * $1 contract, $2 and $3 the versions it must still have (or null) → whether the caller is active, and of the
 * contract, if the caller may see it, whether it has them.
 */
export const accesoContrato = byKey(
  'acceso_contrato',
  (where) => `select (select privado.mi_rol()) is not null as activo, (
      select c.actualizado_en = coalesce($2, c.actualizado_en) and c.actualizado_en = coalesce($3, c.actualizado_en)
      from public.contratos c where ${where}
    ) as vigente`,
)
