import { recalcular } from '../../../calculo/calcular.ts'
import { verCalculo } from '../../../calculo/queries.ts'
import { pathId } from '../../../http/path.ts'
import { problem } from '../../../http/problem.ts'
import { asUser } from '../../../session/as-user.ts'
import { exigirCuenta } from '../../../session/no-row.ts'

/** GET /calculadora/historial/{calculo} — a kept calculation and whether it still gives the same cent. */
export default asUser(async (event, db) => {
  const guardado = await db.one(verCalculo, [pathId(event, 'calculo', 'calculo_no_existe')])
  if (!guardado) {
    await db.query(exigirCuenta)
    throw problem('calculo_no_existe')
  }
  const calculo = JSON.parse(guardado)
  return { ...calculo, ...recalcular(calculo) }
})
