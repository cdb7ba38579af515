import { list, page } from '../db/fragments.ts'
import { namedQuery } from '../db/named-query.ts'
import type { Query } from '../db/types.ts'
import { porLote } from './lote.ts'

/**
 * Columns of a lot `l`, in the order of the answer. Values and not `exists`, for which of many lots the holds and the
 * operations of all companies would be read whole.
 */
const LOTE = `l.id, l.codigo, l.producto, l.condicion, l.variedad, l.grado, l.certificaciones, l.origen_conocido, l.kg,
  public.saldo_kg(l) as saldo_kg, l.humedad_pct, l.centro_id, l.productor_id, l.lote_externo, l.embarcado,
  coalesce((select true from public.retenciones r where r.lote_id = l.id and r.levantada_en is null limit 1), false) as retenido,
  (select a.id from public.operaciones a where a.anula = l.operacion_id) is not null as anulado,
  l.operacion_id, (select o.en from public.operaciones o where o.id = l.operacion_id) as en, l.creado_en`

/** What an operation `o` took, gave and lost. */
const PARTES = `${list(`select c.lote_id as lote, l.codigo, c.kg from public.consumos c join public.lotes l on l.id = c.lote_id
    where c.operacion_id = o.id order by c.lote_id`)} as entradas,
  ${list(`select l.id as lote, l.codigo, l.kg, l.condicion, l.humedad_pct from public.productos p join public.lotes l on l.id = p.lote_id
    where p.operacion_id = o.id order by l.codigo`)} as salidas,
  ${list('select p.causa, p.kg from public.perdidas p where p.operacion_id = o.id order by p.causa')} as perdidas`

/** Columns of an operation `o`, in the order of the answer. */
const OPERACION = `o.id, o.secuencia, o.tipo, o.en, o.fase, o.centro_id, o.destino_id, o.contrato_id, ${PARTES},
  o.esperado_kg, o.veredicto, o.motivo, o.anula, (select a.id from public.operaciones a where a.anula = o.id) as anulada_por,
  o.usuario_id, o.segundo_usuario_id, o.creado_en`

const conAcceso = (consulta: string) =>
  `select p.*, (select privado.mi_rol()) is not null as activo from (${consulta}) as p`

/** → what the operation made. Rule: public.registrar_operacion. */
export const registrarOperacion = namedQuery(
  'registrar_operacion',
  [
    'tipo',
    'entradas',
    'salidas',
    'perdidas',
    'centro_id',
    'destino_id',
    'fase',
    'contrato_id',
    'en',
    'motivo',
    'id',
  ],
  (p) => `select public.registrar_operacion(tipo => ${p.tipo}, entradas => ${p.entradas}::jsonb,
      salidas => ${p.salidas}::jsonb, perdidas => ${p.perdidas}::jsonb, centro_id => ${p.centro_id}::bigint,
      destino_id => ${p.destino_id}::bigint, fase => ${p.fase}, contrato_id => ${p.contrato_id}::bigint,
      en => ${p.en}::timestamptz, motivo => ${p.motivo}, id => ${p.id}::uuid) as cuerpo`,
)

/** $1 operation → the operation. */
export const verOperacion: Query = {
  name: 'ver_operacion',
  text: `select row_to_json(operacion) as cuerpo
    from (select ${OPERACION} from public.operaciones o where o.id = $1::uuid) as operacion`,
}

/** → a page, the last told first. */
export const paginaOperaciones = namedQuery(
  'pagina_operaciones',
  ['limite', 'despues_de', 'empresa', 'tipo', 'centro', 'lote', 'desde', 'hasta'],
  (p) =>
    conAcceso(
      page(
        `select ${OPERACION} from public.operaciones o where o.id in (
         select privado.operaciones_pagina(${p.limite} + 1, ${p.despues_de}::uuid, ${p.empresa}::bigint, ${p.tipo},
           ${p.centro}::bigint, ${p.lote}, ${p.desde}::date, ${p.hasta}::date))`,
        'r.secuencia desc, r.id desc',
        p.limite,
      ),
    ),
)

/** → a page, the last told first. */
export const paginaLotes = namedQuery(
  'pagina_lotes',
  [
    'limite',
    'despues_de',
    'empresa',
    'centro',
    'condicion',
    'con_saldo',
    'retenido',
    'productor',
    'codigo',
    'certificacion',
    'desde',
    'hasta',
  ],
  (p) =>
    conAcceso(
      page(
        `select ${LOTE} from public.lotes l where l.id in (
         select privado.lotes_pagina(${p.limite} + 1, ${p.despues_de}::uuid, ${p.empresa}::bigint, ${p.centro}::bigint,
           ${p.condicion}, ${p.con_saldo}::boolean, ${p.retenido}::boolean, ${p.productor}::bigint, ${p.codigo},
           ${p.certificacion}, ${p.desde}::date, ${p.hasta}::date))`,
        'r.id desc',
        p.limite,
      ),
    ),
)

/** $1 lot → the lot, the operations that took of it, and what has held it. */
export const verLote = porLote(
  'ver_lote_del_grafo',
  (where) => `select row_to_json(lote) as cuerpo from (
    select ${LOTE},
      ${list(`select o.id as operacion, o.tipo, o.en, c.kg, exists (select from public.operaciones a where a.anula = o.id) as anulada
        from public.consumos c join public.operaciones o on o.id = c.operacion_id where c.lote_id = l.id order by o.secuencia`)} as usos,
      ${list(`select r.id, r.motivo, r.retiro_id, r.creada_por, r.creada_en, r.levantada_por, r.levantada_en, r.levantada_motivo
        from public.retenciones r where r.lote_id = l.id order by r.id`)} as retenciones
    from public.lotes l where ${where}
  ) as lote`,
)

/** $1 operations → what a document is made of. */
export const exportar: Query = {
  name: 'exportar_operaciones',
  text: `with o as (
      select o.*, a.creado_en as anulada_en from public.operaciones o left join public.operaciones a on a.anula = o.id
      where o.id = any ($1::uuid[]) and o.tipo <> 'anular'
    ), tocados as (
      select c.lote_id from public.consumos c where c.operacion_id in (select id from o)
      union
      select p.lote_id from public.productos p where p.operacion_id in (select id from o)
    )
    select json_build_object(
      'operaciones', ${list(`select o.id, o.tipo, o.en, o.creado_en, o.fase, o.centro_id, o.destino_id,
          (select c.codigo from public.contratos c where c.id = o.contrato_id) as contrato, o.anulada_en,
          ${list('select c.lote_id as lote, c.kg from public.consumos c where c.operacion_id = o.id order by c.lote_id')} as consumos,
          ${list(`select l.id as lote, l.kg, l.productor_id from public.productos p join public.lotes l on l.id = p.lote_id
            where p.operacion_id = o.id order by l.id`)} as productos
        from o order by o.secuencia`)},
      'lotes', ${list(`select l.id, l.codigo, l.producto, l.condicion, l.humedad_pct from public.lotes l
        where l.id in (select lote_id from tocados) order by l.id`)},
      'centros', ${list(`select c.id, c.codigo, c.nombre from public.centros c
        where c.id in (select o.centro_id from o union select o.destino_id from o) order by c.id`)}) as cuerpo`,
}

/** $1 lot, $2 whether its operations are wanted → where its kilos came from. */
export const verOrigen = porLote(
  'origen_de_lote',
  (where) => `select public.origen_de_lote(l.id, $2::boolean) as cuerpo from public.lotes l where ${where}`,
)

/** $1 lot, $2 whether its operations are wanted → where its kilos are. */
export const verDestino = porLote(
  'destino_de_lote',
  (where) => `select public.destino_de_lote(l.id, $2::boolean) as cuerpo from public.lotes l where ${where}`,
)

/** $1 operation, $2 motivo, $3 id or null → the operation that voids it. */
export const anularOperacion: Query = {
  name: 'anular_operacion',
  text: 'select public.anular_operacion(operacion => $1::uuid, motivo => $2, id => $3::uuid) as cuerpo',
}

/** $1 lot, $2 motivo → the lot, held. */
export const retenerLote = porLote(
  'retener_lote',
  (where) =>
    `select public.retener_lote(lote => l.id, motivo => $2)::text as hecho from public.lotes l where ${where}`,
)

/** $1 lot, $2 motivo → the lot, held no more. */
export const levantarRetencion = porLote(
  'levantar_retencion',
  (where) =>
    `select public.levantar_retencion(lote => l.id, motivo => $2)::text as hecho from public.lotes l where ${where}`,
)

/** $1 centre or null, $2 desde, $3 hasta → what it had, what came and went, and what it has. */
export const verInventario: Query = {
  name: 'ver_inventario',
  text: 'select public.inventario(centro_id => $1::bigint, desde => $2::date, hasta => $3::date) as cuerpo',
}

/** So many operations are one document. */
export const OPERACIONES_AL_EXPORTAR = 10_000

/** $1 centre or null (the caller's company), $2 desde, $3 hasta → ids of its operations; one more than are exported, if there are. */
export const operacionesDeInventario: Query = {
  name: 'operaciones_de_inventario',
  text: `select privado.operaciones_pagina(${OPERACIONES_AL_EXPORTAR} + 1, null,
    case when $1::bigint is null then privado.mi_empresa() end, null, $1::bigint, null, $2::date, $3::date) as id`,
}
