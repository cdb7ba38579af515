import { operacionDe } from '../../../grafo/operacion.ts'
import { verOperacion } from '../../../grafo/queries.ts'
import { problem } from '../../../http/problem.ts'
import { asUser } from '../../../session/as-user.ts'
import { noAccess } from '../../../session/no-row.ts'

/** GET /operaciones/{operacion} — what it took, gave and lost. Rule: RLS of public.operaciones. */
export default asUser(async (event, db) => {
  const cuerpo = await db.one(verOperacion, [operacionDe(event)])
  if (cuerpo) return cuerpo
  const reason = await noAccess(db)
  throw reason.clave === 'sin_permiso' ? problem('operacion_no_existe') : reason
})
