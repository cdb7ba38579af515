import { loteDe, para, sinLote } from '../../../grafo/lote.ts'
import { retenerLote, verLote } from '../../../grafo/queries.ts'
import { MotivoSchema } from '../../../grafo/schemas.ts'
import { readBodyAs } from '../../../http/input.ts'
import { asUser } from '../../../session/as-user.ts'

/** POST /lotes/{lote}/retencion — nobody takes of it until it is lifted. Rule: public.retener_lote. */
export default asUser(async (event, db) => {
  const lote = loteDe(event)
  const { motivo } = await readBodyAs(event, MotivoSchema)
  return db.transaction(async (tx) => {
    const [hecho] = await tx.query(para(lote, retenerLote), [lote.valor, motivo])
    if (!hecho) throw await sinLote(tx)
    return tx.one(para(lote, verLote), [lote.valor])
  })
})
