import { numeroDe } from '../../../../contratos/contrato-de.ts'
import { resolverPrecio } from '../../../../precios/queries.ts'
import { comoUsuario } from '../../../../session/as-user.ts'

/** POST /precios-fob/pendientes/{pendiente}/rechazar — it is not taken (administrators). Rule: privado.resolver_precio. */
export default comoUsuario((event, db) =>
  db.one(resolverPrecio, [numeroDe(event, 'pendiente', 'precio_pendiente_no_existe'), false]),
)
