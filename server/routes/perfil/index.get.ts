import { verPerfil } from '../../queries/personas.ts'
import { comoUsuario } from '../../utils/como-usuario.ts'

/** GET /perfil — who the caller is, what it may do and its company's contracts. Rule: public.perfil. */
export default comoUsuario((_event, db) => db.one(verPerfil))
