import { marcarLectura } from '../../../queries/mensajes.ts'
import { LecturaSchema } from '../../../schemas/conversacion.ts'
import { comoUsuario } from '../../../utils/como-usuario.ts'
import { contratoDe, para, sinContrato } from '../../../utils/contrato-de.ts'
import { readBodyAs } from '../../../utils/input.ts'

/** PUT /contratos/{id}/lectura — how far the caller has read. Rule: public.lecturas triggers. */
export default comoUsuario(async (event, db) => {
  const contrato = contratoDe(event)
  const { hasta } = await readBodyAs(event, LecturaSchema)
  const cuerpo = await db.one(para(contrato, marcarLectura), [contrato.valor, hasta])
  if (!cuerpo) throw await sinContrato(db, contrato)
  return cuerpo
})
