import { setResponseStatus } from 'h3'
import { contratoDe, para, sinContrato } from '../../../../contratos/contrato.ts'
import { escribirMensaje } from '../../../../conversacion/queries.ts'
import { NuevoMensajeSchema } from '../../../../conversacion/schemas.ts'
import { readBodyAs } from '../../../../http/input.ts'
import { sinLote } from '../../../../lotes/sin-lote.ts'
import { asUser } from '../../../../session/as-user.ts'
import { once } from '../../../../session/once.ts'

/** POST /contratos/{id}/mensajes — says something in the conversation. Rule: public.mensajes triggers. */
export default asUser(async (event, db) => {
  const contrato = contratoDe(event)
  const mensaje = await readBodyAs(event, NuevoMensajeSchema)
  const { texto, documento, lote } = mensaje
  const { status, cuerpo } = await once(event, db, mensaje, async (tx) => {
    const escrito = await tx.one(para(contrato, escribirMensaje), [contrato.valor, texto, documento, lote])
    if (!escrito)
      throw typeof lote === 'string' ? await sinLote(tx, contrato, lote) : await sinContrato(tx, contrato)
    return { status: 201, cuerpo: escrito }
  })
  setResponseStatus(event, status)
  return cuerpo
})
