import { contratoDe, para, sinContrato } from '../../../../contratos/contrato.ts'
import { verFijaciones } from '../../../../fijaciones/queries.ts'
import { asUser } from '../../../../session/as-user.ts'

/** GET /contratos/{id}/fijaciones — the parts of a price, and what is open. Rule: RLS of public.fijaciones. */
export default asUser(async (event, db) => {
  const contrato = contratoDe(event)
  const cuerpo = await db.one(para(contrato, verFijaciones), [contrato.valor])
  if (!cuerpo) throw await sinContrato(db, contrato)
  return cuerpo
})
