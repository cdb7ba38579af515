import { contratoDe, para, sinContrato } from '../../../contratos/contrato.ts'
import { created } from '../../../http/created.ts'
import { readBodyAs } from '../../../http/input.ts'
import { asociarLote } from '../../../lotes/queries.ts'
import { NuevoLoteSchema } from '../../../lotes/schemas.ts'
import { asUser } from '../../../session/as-user.ts'
import { once } from '../../../session/once.ts'

/** POST /contratos/{id}/lote — associates a physical lot. Rule: public.lotes_asociados triggers. */
export default asUser(async (event, db) => {
  const contrato = contratoDe(event)
  const lote = await readBodyAs(event, NuevoLoteSchema)
  const { cuerpo } = await once(event, db, lote, async (tx) => {
    const { codigo_lote, peso_qq, humedad, estado, lote_id, lote_kg, origen_compartido } = lote
    const valores = [
      contrato.valor,
      codigo_lote,
      peso_qq,
      humedad,
      estado,
      lote_id,
      lote_kg,
      origen_compartido,
    ]
    const asociado = await tx.one(para(contrato, asociarLote), valores)
    if (!asociado) throw await sinContrato(tx, contrato)
    return { status: 201, cuerpo: asociado }
  })
  return created(event, cuerpo, ({ id }) => `lotes/${id}`)
})
