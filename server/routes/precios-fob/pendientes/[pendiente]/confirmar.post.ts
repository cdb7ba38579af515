import { pathId } from '../../../../http/path.ts'
import { resolverPrecio } from '../../../../precios/queries.ts'
import { asUser } from '../../../../session/as-user.ts'

/** POST /precios-fob/pendientes/{pendiente}/confirmar — it holds for everybody from its day on (administrators). Rule: privado.resolver_precio. */
export default asUser((event, db) =>
  db.one(resolverPrecio, [pathId(event, 'pendiente', 'precio_pendiente_no_existe'), true]),
)
