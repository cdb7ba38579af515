import { contratoDe, para, sinContrato } from '../../../contratos/contrato.ts'
import { elegirMuestra } from '../../../expediente/queries.ts'
import { MuestraSchema } from '../../../expediente/schemas.ts'
import { readBodyAs } from '../../../http/input.ts'
import { asUser } from '../../../session/as-user.ts'

/** PUT /contratos/{id}/muestra — what the caller's company lets be published. Rule: privado.elegir_muestra. */
export default asUser(async (event, db) => {
  const contrato = contratoDe(event)
  const { campos } = await readBodyAs(event, MuestraSchema)
  const muestra = await db.one(para(contrato, elegirMuestra), [contrato.valor, campos])
  if (!muestra) throw await sinContrato(db, contrato)
  return muestra
})
