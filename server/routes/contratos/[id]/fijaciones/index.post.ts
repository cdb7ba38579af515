import { setResponseStatus } from 'h3'
import { fijar } from '../../../../queries/fijaciones.ts'
import { NuevaFijacionSchema } from '../../../../schemas/fijaciones.ts'
import { comoUsuario } from '../../../../utils/como-usuario.ts'
import { contratoDe, para, sinContrato } from '../../../../utils/contrato-de.ts'
import { unaSolaVez } from '../../../../utils/idempotency.ts'
import { readBodyAs } from '../../../../utils/input.ts'

/** POST /contratos/{id}/fijaciones — fixes a part of a price. Rule: public.fijaciones triggers. */
export default comoUsuario(async (event, db) => {
  const contrato = contratoDe(event)
  const nueva = await readBodyAs(event, NuevaFijacionSchema)
  const { estado, cuerpo } = await unaSolaVez(event, db, nueva, async (tx) => {
    const valores = [contrato.valor, nueva.tm, nueva.ny, nueva.diferencial, nueva.fecha]
    const fijada = await tx.one(para(contrato, fijar), valores)
    if (!fijada) throw await sinContrato(tx, contrato)
    return { estado: 201, cuerpo: fijada }
  })
  setResponseStatus(event, estado)
  return cuerpo
})
