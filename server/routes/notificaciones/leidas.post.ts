import { leerNotificaciones } from '../../avisos/queries.ts'
import { LeidasSchema } from '../../avisos/schemas.ts'
import { readBodyAs } from '../../http/input.ts'
import { asUser } from '../../session/as-user.ts'

/** POST /notificaciones/leidas — those given, or all. Rule: public.leer_notificaciones. */
export default asUser(async (event, db) => {
  const { ids } = await readBodyAs(event, LeidasSchema)
  return db.one(leerNotificaciones, [ids])
})
