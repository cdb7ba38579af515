import { contratoDe, para, sinContrato } from '../../../contratos/contrato.ts'
import { marcarLectura } from '../../../conversacion/queries.ts'
import { LecturaSchema } from '../../../conversacion/schemas.ts'
import { readBodyAs } from '../../../http/input.ts'
import { asUser } from '../../../session/as-user.ts'

/** PUT /contratos/{id}/lectura — how far the caller has read. Rule: public.lecturas triggers. */
export default asUser(async (event, db) => {
  const contrato = contratoDe(event)
  const { hasta } = await readBodyAs(event, LecturaSchema)
  const cuerpo = await db.one(para(contrato, marcarLectura), [contrato.valor, hasta])
  if (!cuerpo) throw await sinContrato(db, contrato)
  return cuerpo
})
