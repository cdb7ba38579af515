import { defineTask } from 'nitropack/runtime'
import { pools } from '../../db/pools.ts'
import { vencerPropuestas } from '../../enmiendas/queries.ts'
import { log } from '../../process/log.ts'

/** Every minute: marks what nobody answered in time. By the clock it was worth nothing since then. */
export default defineTask({
  meta: {
    name: 'contratos:vencer',
    description: 'Marca las enmiendas y las fijaciones que nadie respondió a tiempo.',
  },
  async run() {
    const [vencidas] = await pools()
      .database.as({ role: 'service_role' })
      .query<{ enmiendas: number; fijaciones: number }>(vencerPropuestas)
    const { enmiendas = 0, fijaciones = 0 } = vencidas ?? {}
    if (enmiendas + fijaciones > 0) log.info({ enmiendas, fijaciones }, 'what nobody answered in time lapsed')
    return { result: enmiendas + fijaciones }
  },
})
