import { setResponseStatus } from 'h3'
import { escribirMensaje } from '../../../../queries/mensajes.ts'
import { NuevoMensajeSchema } from '../../../../schemas/conversacion.ts'
import { comoUsuario } from '../../../../utils/como-usuario.ts'
import { contratoDe, para, sinContrato, sinLote } from '../../../../utils/contrato-de.ts'
import { unaSolaVez } from '../../../../utils/idempotency.ts'
import { readBodyAs } from '../../../../utils/input.ts'

/** POST /contratos/{id}/mensajes — says something in the conversation. Rule: public.mensajes triggers. */
export default comoUsuario(async (event, db) => {
  const contrato = contratoDe(event)
  const mensaje = await readBodyAs(event, NuevoMensajeSchema)
  const { texto, documento, lote } = mensaje
  const { estado, cuerpo } = await unaSolaVez(event, db, mensaje, async (tx) => {
    const escrito = await tx.one(para(contrato, escribirMensaje), [contrato.valor, texto, documento, lote])
    if (!escrito)
      throw typeof lote === 'string' ? await sinLote(tx, contrato, lote) : await sinContrato(tx, contrato)
    return { estado: 201, cuerpo: escrito }
  })
  setResponseStatus(event, estado)
  return cuerpo
})
