import { contratoDe, para, sinContrato } from '../../../../../contratos/contrato.ts'
import { accesoFijacion, confirmarFijacion } from '../../../../../fijaciones/queries.ts'
import { pathId } from '../../../../../http/path.ts'
import { problem } from '../../../../../http/problem.ts'
import { asUser } from '../../../../../session/as-user.ts'

/** POST /contratos/{id}/fijaciones/{fijacion}/confirmar — from then on it counts in the price. Rule: public.responder_fijacion. */
export default asUser(async (event, db) => {
  const [contrato, fijacion] = [contratoDe(event), pathId(event, 'fijacion', 'fijacion_no_existe')]
  const cuerpo = await db.one(para(contrato, confirmarFijacion), [contrato.valor, fijacion])
  if (cuerpo) return cuerpo
  const [acceso] = await db.query<{ visible: boolean }>(para(contrato, accesoFijacion), [
    contrato.valor,
    fijacion,
  ])
  throw acceso?.visible === false ? problem('fijacion_no_existe') : await sinContrato(db, contrato)
})
