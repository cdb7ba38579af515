import { verFijaciones } from '../../../../queries/fijaciones.ts'
import { comoUsuario } from '../../../../utils/como-usuario.ts'
import { contratoDe, para, sinContrato } from '../../../../utils/contrato-de.ts'

/** GET /contratos/{id}/fijaciones — the parts of a price, and what is open. Rule: RLS of public.fijaciones. */
export default comoUsuario(async (event, db) => {
  const contrato = contratoDe(event)
  const cuerpo = await db.one(para(contrato, verFijaciones), [contrato.valor])
  if (!cuerpo) throw await sinContrato(db, contrato)
  return cuerpo
})
