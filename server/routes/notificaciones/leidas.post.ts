import { leerNotificaciones } from '../../queries/notificaciones.ts'
import { LeidasSchema } from '../../schemas/notificaciones.ts'
import { comoUsuario } from '../../utils/como-usuario.ts'
import { readBodyAs } from '../../utils/input.ts'

/** POST /notificaciones/leidas — those given, or all. Rule: public.leer_notificaciones. */
export default comoUsuario(async (event, db) => {
  const { ids } = await readBodyAs(event, LeidasSchema)
  return db.one(leerNotificaciones, [ids])
})
