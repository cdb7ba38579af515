import { contratoDe, para, sinContrato } from '../../../../../contratos/contrato.ts'
import { accesoFijacion, anularFijacion } from '../../../../../fijaciones/queries.ts'
import { AnulacionSchema } from '../../../../../fijaciones/schemas.ts'
import { readBodyAs } from '../../../../../http/input.ts'
import { pathId } from '../../../../../http/path.ts'
import { problem } from '../../../../../http/problem.ts'
import { asUser } from '../../../../../session/as-user.ts'

/** POST /contratos/{id}/fijaciones/{fijacion}/anular — it stays, and counts no more. Rule: public.fijaciones triggers. */
export default asUser(async (event, db) => {
  const [contrato, fijacion] = [contratoDe(event), pathId(event, 'fijacion', 'fijacion_no_existe')]
  const { motivo } = await readBodyAs(event, AnulacionSchema)
  const cuerpo = await db.one(para(contrato, anularFijacion), [contrato.valor, fijacion, motivo])
  if (cuerpo) return cuerpo
  const [acceso] = await db.query<{ visible: boolean }>(para(contrato, accesoFijacion), [
    contrato.valor,
    fijacion,
  ])
  throw acceso?.visible === false ? problem('fijacion_no_existe') : await sinContrato(db, contrato)
})
