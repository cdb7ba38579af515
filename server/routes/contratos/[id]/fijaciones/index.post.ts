import { setResponseStatus } from 'h3'
import { contratoDe, para, sinContrato } from '../../../../contratos/contrato.ts'
import { fijar } from '../../../../fijaciones/queries.ts'
import { NuevaFijacionSchema } from '../../../../fijaciones/schemas.ts'
import { readBodyAs } from '../../../../http/input.ts'
import { asUser } from '../../../../session/as-user.ts'
import { once } from '../../../../session/once.ts'

/** POST /contratos/{id}/fijaciones — fixes a part of a price. Rule: public.fijaciones triggers. */
export default asUser(async (event, db) => {
  const contrato = contratoDe(event)
  const nueva = await readBodyAs(event, NuevaFijacionSchema)
  const { status, cuerpo } = await once(event, db, nueva, async (tx) => {
    const valores = [contrato.valor, nueva.tm, nueva.ny, nueva.diferencial, nueva.fecha]
    const fijada = await tx.one(para(contrato, fijar), valores)
    if (!fijada) throw await sinContrato(tx, contrato)
    return { status: 201, cuerpo: fijada }
  })
  setResponseStatus(event, status)
  return cuerpo
})
