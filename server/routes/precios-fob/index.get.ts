import * as v from 'valibot'
import { idAfter, type PageRow, pageJson } from '../../http/cursor.ts'
import { readQueryAs } from '../../http/input.ts'
import { problem } from '../../http/problem.ts'
import { FechaSchema } from '../../http/schemas.ts'
import { paginaSerie, paginaVigentes } from '../../precios/queries.ts'
import { FiltroPreciosSchema } from '../../precios/schemas.ts'
import { asUser } from '../../session/as-user.ts'
import { noAccess } from '../../session/no-row.ts'

const DIA_E_ID = /^\d{4}-\d\d-\d\d_[1-9]\d{0,17}$/

/** GET /precios-fob — the last of each quality and market, or a series. Rule: RLS of public.precios_fob. */
export default asUser(async (event, db) => {
  const filtro = readQueryAs(event, FiltroPreciosSchema)
  const lista = filtro.desde !== undefined || filtro.hasta !== undefined ? 'serie' : 'vigentes'
  const consulta =
    lista === 'serie'
      ? paginaSerie.with({ ...filtro, ...despuesDe(filtro.cursor) })
      : paginaVigentes.with({ ...filtro, despues_de: idAfter(lista, filtro.cursor) })
  const [pagina] = await db.query<PageRow & { activo: boolean }>(...consulta)
  if (!pagina?.activo) throw await noAccess(db)
  return pageJson('precios', lista, pagina)
})

/** The day and the id of the last price of the page before. */
function despuesDe(cursor: string | undefined) {
  const [dia, id] = idAfter('serie', cursor, DIA_E_ID)?.split('_') ?? []
  if (dia !== undefined && !v.is(FechaSchema, dia)) throw problem('cursor_invalido')
  return { despues_de_fecha: dia, despues_de_id: id }
}
