import { asociarLote } from '../../../queries/lotes.ts'
import { NuevoLoteSchema } from '../../../schemas/lotes.ts'
import { comoUsuario } from '../../../utils/como-usuario.ts'
import { contratoDe, para, sinContrato } from '../../../utils/contrato-de.ts'
import { created } from '../../../utils/created.ts'
import { unaSolaVez } from '../../../utils/idempotency.ts'
import { readBodyAs } from '../../../utils/input.ts'

/** POST /contratos/{id}/lote — associates a physical lot. Rule: public.lotes_asociados triggers. */
export default comoUsuario(async (event, db) => {
  const contrato = contratoDe(event)
  const lote = await readBodyAs(event, NuevoLoteSchema)
  const { cuerpo } = await unaSolaVez(event, db, lote, async (tx) => {
    const valores = [contrato.valor, lote.codigo_lote, lote.peso_qq, lote.humedad, lote.estado]
    const asociado = await tx.one(para(contrato, asociarLote), valores)
    if (!asociado) throw await sinContrato(tx, contrato)
    return { estado: 201, cuerpo: asociado }
  })
  return created(event, cuerpo, ({ id }) => `lotes/${id}`)
})
