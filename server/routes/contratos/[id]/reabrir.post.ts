import { setResponseHeader } from 'h3'
import { reabrirContrato } from '../../../queries/contratos.ts'
import { ReaperturaSchema } from '../../../schemas/contratos.ts'
import { comoUsuario } from '../../../utils/como-usuario.ts'
import { contratoDe, para, sinContrato } from '../../../utils/contrato-de.ts'
import { etagOf } from '../../../utils/etag.ts'
import { readBodyAs } from '../../../utils/input.ts'

/** POST /contratos/{id}/reabrir — a closed contract goes on, with its reason. Rule: public.contratos_reaperturas triggers. */
export default comoUsuario(async (event, db) => {
  const contrato = contratoDe(event)
  const { motivo } = await readBodyAs(event, ReaperturaSchema)
  const cuerpo = await db.one(para(contrato, reabrirContrato), [contrato.valor, motivo])
  if (!cuerpo) throw await sinContrato(db, contrato)
  setResponseHeader(event, 'etag', etagOf(cuerpo))
  return cuerpo
})
