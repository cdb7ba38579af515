import { loteDe, para, sinLote } from '../../../grafo/lote.ts'
import { levantarRetencion, verLote } from '../../../grafo/queries.ts'
import { MotivoSchema } from '../../../grafo/schemas.ts'
import { readBodyAs } from '../../../http/input.ts'
import { asUser } from '../../../session/as-user.ts'

/** DELETE /lotes/{lote}/retencion — what it was held for is over. Rule: public.levantar_retencion. */
export default asUser(async (event, db) => {
  const lote = loteDe(event)
  const { motivo } = await readBodyAs(event, MotivoSchema)
  return db.transaction(async (tx) => {
    const [hecho] = await tx.query(para(lote, levantarRetencion), [lote.valor, motivo])
    if (!hecho) throw await sinLote(tx)
    return tx.one(para(lote, verLote), [lote.valor])
  })
})
