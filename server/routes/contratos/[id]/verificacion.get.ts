import { contratoDe, para, sinContrato } from '../../../contratos/contrato.ts'
import { pools } from '../../../db/pools.ts'
import { verificarContrato } from '../../../evidencia/contrato.ts'
import { clavesPublicadas } from '../../../evidencia/publicadas.ts'
import { idDeContrato } from '../../../evidencia/queries.ts'
import { selloDeRaiz } from '../../../evidencia/sellos.ts'
import { evidencia } from '../../../evidencia/settings.ts'
import { asUser } from '../../../session/as-user.ts'

/** GET /contratos/{id}/verificacion — what of its chain holds. Rule: privado.exigir_firma. */
export default asUser(async (event, db) => {
  const clave = contratoDe(event)
  const [contrato] = await db.query<{ id: string; codigo: string }>(para(clave, idDeContrato), [clave.valor])
  if (!contrato) throw await sinContrato(db, clave)
  const { database } = pools()
  return verificarContrato(db, contrato, await clavesPublicadas(database), {
    de: (tamano) => selloDeRaiz(database.as({ role: 'service_role' }), tamano),
    autoridades: evidencia().autoridades,
  })
})
