import { verCalculo } from '../../../queries/calculos.ts'
import { exigirCuenta } from '../../../queries/personas.ts'
import { recalcular } from '../../../utils/calcular.ts'
import { comoUsuario } from '../../../utils/como-usuario.ts'
import { numeroDe } from '../../../utils/contrato-de.ts'
import { problem } from '../../../utils/problem.ts'

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
