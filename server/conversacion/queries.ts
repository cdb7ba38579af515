import { byKey, page } from '../db/fragments.ts'
import { loteNombrado } from '../lotes/queries.ts'

/** Columns of a message `m`, with its lot `l`, in the order of the answer. */
const MENSAJE = `m.id, m.tipo, m.autor, m.empresa, m.texto, m.documento_id as documento, l.codigo_lote as lote,
  m.usuario_id, m.creado_en`
const CON_LOTE = 'left join public.lotes_asociados l on l.id = m.lote_id'

/** $1 contract, $2 texto, $3 document or null, $4 lot or null → the message; no row without the contract or the lot. */
export const escribirMensaje = byKey(
  'escribir_mensaje',
  (where) => `with m as (
    insert into public.mensajes (contrato_id, texto, documento_id, lote_id)
    select c.id, $2, $3::bigint, ${loteNombrado('$4')} from public.contratos c
    where ${where} and ($4::text is null or ${loteNombrado('$4')} is not null)
    returning *
  ) select row_to_json(mensaje) as cuerpo from (select ${MENSAJE} from m ${CON_LOTE}) as mensaje`,
)

/** $1 contract, $2 limit, $3 id after which all are older, $4 id that all are newer than → a page, newest first; no row without the contract. */
export const paginaMensajes = byKey(
  'pagina_mensajes',
  (where) =>
    `select p.* from public.contratos c cross join lateral (${page(
      `select ${MENSAJE} from public.mensajes m ${CON_LOTE}
       where m.contrato_id = c.id and ($3::bigint is null or m.id < $3) and ($4::bigint is null or m.id > $4)
       order by m.id desc limit $2 + 1`,
      'r.id desc',
      '$2',
    )}) as p where ${where}`,
)

/** $1 contract, $2 id of the last message read → how far the caller has read. */
export const marcarLectura = byKey(
  'marcar_lectura',
  (where) => `with l as (
    insert into public.lecturas (contrato_id, hasta) select c.id, $2::bigint from public.contratos c where ${where}
    on conflict (usuario_id, contrato_id) do update set hasta = excluded.hasta
    returning *
  ) select row_to_json(lectura) as cuerpo from (select l.hasta, l.leido_en from l) as lectura`,
)
