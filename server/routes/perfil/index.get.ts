import { verPerfil } from '../../personas/queries.ts'
import { asUser } from '../../session/as-user.ts'

/** GET /perfil — who the caller is, what it may do and its company's contracts. Rule: public.perfil. */
export default asUser((_event, db) => db.one(verPerfil))
