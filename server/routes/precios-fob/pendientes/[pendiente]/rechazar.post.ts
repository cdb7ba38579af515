import { resolverPrecio } from '../../../../queries/precios.ts'
import { comoUsuario } from '../../../../utils/como-usuario.ts'
import { numeroDe } from '../../../../utils/contrato-de.ts'

/** POST /precios-fob/pendientes/{pendiente}/rechazar — it is not taken (administrators). Rule: privado.resolver_precio. */
export default comoUsuario((event, db) =>
  db.one(resolverPrecio, [numeroDe(event, 'pendiente', 'precio_pendiente_no_existe'), false]),
)
