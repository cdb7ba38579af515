import { page } from '../db/fragments.ts'
import type { Query } from '../db/types.ts'

// The code that it had: whoever was taken off a contract is told so, and sees the contract no more.
const AVISO = `n.id, n.tipo, n.texto, n.datos ->> 'codigo' as contrato, n.datos - 'codigo' as datos, n.cantidad, n.creado_en, n.actualizado_en, n.leida_en, n.orden`

/** The notices of one half, read or not, each half by its own index. */
const mitad = (leidas: boolean) => `(
  select ${AVISO} from public.notificaciones n
  where n.usuario_id = (select auth.uid()) and n.en_app and n.leida_en is ${leidas ? 'not ' : ''}null
    and ${leidas ? `($2::text is distinct from 'l' or n.orden < $3::bigint)` : `($2::text is null or ($2 = 'n' and n.orden < $3::bigint))`}
  order by n.orden desc limit $1 + 1)`

/**
 * $1 limit, $2 half of the last row ('n' unread, 'l' read) and $3 its orden, or null → a page, unread first, the
 * newest first; and how many are unread.
 */
export const paginaNotificaciones: Query = {
  name: 'pagina_notificaciones',
  text: `select p.*, (select privado.mi_rol()) is not null as activo, privado.avisos_sin_leer() as sin_leer from (${page(
    `select m.* from (${mitad(false)} union all ${mitad(true)}) as m order by m.leida_en is not null, m.orden desc limit $1 + 1`,
    'r.leida_en is not null, r.orden desc',
    '$1',
    `case when r.leida_en is null then 'n' else 'l' end || r.orden`,
  )}) as p`,
}

/** $1 ids, or null for all → how many are left unread. */
export const leerNotificaciones: Query = {
  name: 'leer_notificaciones',
  text: `select json_build_object('sin_leer', public.leer_notificaciones($1::bigint[])) as cuerpo`,
}

/** $1 token, $2 plataforma → the device, now of the caller alone. */
export const registrarDispositivo: Query = {
  name: 'registrar_dispositivo',
  text: `select row_to_json(dispositivo) as cuerpo from (
    select d.id, d.plataforma, d.creado_en, d.visto_en from public.registrar_dispositivo($1, $2) as d) as dispositivo`,
}

/** $1 token, of a device of the caller. */
export const quitarDispositivo: Query = {
  name: 'quitar_dispositivo',
  text: 'delete from public.dispositivos where token = $1 and usuario_id = (select auth.uid())',
}
