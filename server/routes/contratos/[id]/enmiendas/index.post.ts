import { setResponseStatus } from 'h3'
import { contratoDe, para, sinContrato } from '../../../../contratos/contrato.ts'
import { proponerEnmienda } from '../../../../enmiendas/queries.ts'
import { NuevaEnmiendaSchema } from '../../../../enmiendas/schemas.ts'
import { readBodyAs } from '../../../../http/input.ts'
import { asUser } from '../../../../session/as-user.ts'
import { once } from '../../../../session/once.ts'

/** POST /contratos/{id}/enmiendas — proposes other terms. Rule: public.proponer_enmienda. */
export default asUser(async (event, db) => {
  const contrato = contratoDe(event)
  const nueva = await readBodyAs(event, NuevaEnmiendaSchema)
  const { status, cuerpo } = await once(event, db, nueva, async (tx) => {
    const valores = [contrato.valor, JSON.stringify(nueva.cambios), nueva.nota]
    const propuesta = await tx.one(para(contrato, proponerEnmienda), valores)
    if (!propuesta) throw await sinContrato(tx, contrato)
    return { status: 201, cuerpo: propuesta }
  })
  setResponseStatus(event, status)
  return cuerpo
})
