import { defineTask } from 'nitropack/runtime'
import { pools } from '../../db/pools.ts'
import { FuenteError } from '../../precios/fuente.ts'
import { fuenteDelDia } from '../../precios/settings.ts'
import { tomarPrecio } from '../../precios/tomar.ts'
import { log } from '../../process/log.ts'

/** Every hour until it has it: takes the price of the day, where a source is set. */
export default defineTask({
  meta: { name: 'precios:tomar', description: 'Toma el precio del día de la fuente configurada.' },
  async run() {
    const fuente = fuenteDelDia()
    if (!fuente) return { result: 'apagado' }
    const { calidad, mercado } = fuente
    try {
      const result = await tomarPrecio(pools().database, fuente)
      if (result === 'tomado' || result === 'pendiente')
        log.info({ calidad, mercado, result }, 'the price of the day was asked for')
      return { result }
    } catch (error) {
      const reason = error instanceof FuenteError ? error.message : undefined
      log.warn(
        { calidad, mercado, ...(reason ? { reason } : { err: error }) },
        'the price of the day could not be taken; the next hour asks again',
      )
      return { result: 'fallo' }
    }
  },
})
