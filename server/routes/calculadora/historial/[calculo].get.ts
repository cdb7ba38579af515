import { recalcular } from '../../../calculo/calcular.ts'
import { verCalculo } from '../../../calculo/queries.ts'
import { numeroDe } from '../../../contratos/contrato-de.ts'
import { problem } from '../../../http/problem.ts'
import { exigirCuenta } from '../../../personas/queries.ts'
import { comoUsuario } from '../../../session/as-user.ts'

/** GET /calculadora/historial/{calculo} — a kept calculation and whether it still gives the same cent. */
export default comoUsuario(async (event, db) => {
  const guardado = await db.one(verCalculo, [numeroDe(event, 'calculo', 'calculo_no_existe')])
  if (!guardado) {
    await db.query(exigirCuenta)
    throw problem('calculo_no_existe')
  }
  const calculo = JSON.parse(guardado)
  return { ...calculo, ...recalcular(calculo) }
})
