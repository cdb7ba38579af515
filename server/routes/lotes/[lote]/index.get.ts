import { loteDe, para, sinLote } from '../../../grafo/lote.ts'
import { verLote } from '../../../grafo/queries.ts'
import { asUser } from '../../../session/as-user.ts'

/** GET /lotes/{lote} — a lot, what is left of it and what was done with it. Rule: RLS of public.lotes. */
export default asUser(async (event, db) => {
  const lote = loteDe(event)
  const cuerpo = await db.one(para(lote, verLote), [lote.valor])
  if (!cuerpo) throw await sinLote(db)
  return cuerpo
})
