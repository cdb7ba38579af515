import { contratoDe, para } from '../../../../contratos/contrato.ts'
import { readBodyAs } from '../../../../http/input.ts'
import { pathParameter } from '../../../../http/path.ts'
import { editarLote } from '../../../../lotes/queries.ts'
import { EdicionLoteSchema } from '../../../../lotes/schemas.ts'
import { sinLote } from '../../../../lotes/sin-lote.ts'
import { asUser } from '../../../../session/as-user.ts'

/** PUT /contratos/{id}/lotes/{lote} — moisture, weight, state, what is told of its origin. Rule: public.lotes_asociados triggers. */
export default asUser(async (event, db) => {
  const [contrato, lote] = [contratoDe(event), pathParameter(event, 'lote')]
  const { peso_qq, humedad, estado, origen_compartido } = await readBodyAs(event, EdicionLoteSchema)
  const valores = [contrato.valor, lote, peso_qq, humedad, estado, origen_compartido]
  const cuerpo = await db.one(para(contrato, editarLote), valores)
  if (!cuerpo) throw await sinLote(db, contrato, lote)
  return cuerpo
})
