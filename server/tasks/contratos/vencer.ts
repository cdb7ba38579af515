import { defineTask } from 'nitropack/runtime'
import { pools } from '../../db/pools.ts'
import { vencerEnmiendas, vencerFijaciones } from '../../enmiendas/queries.ts'
import { log } from '../../process/log.ts'

/** Every minute: marks what nobody answered in time. By the clock it was worth nothing since then. */
export default defineTask({
  meta: {
    name: 'contratos:vencer',
    description: 'Marca las enmiendas y las fijaciones que nadie respondió a tiempo.',
  },
  async run() {
    const db = pools().database.as({ role: 'service_role' })
    const [enmiendas, fijaciones] = [
      (await db.query<{ vencidas: number }>(vencerEnmiendas))[0]?.vencidas ?? 0,
      (await db.query<{ vencidas: number }>(vencerFijaciones))[0]?.vencidas ?? 0,
    ]
    if (enmiendas + fijaciones > 0) log.info({ enmiendas, fijaciones }, 'what nobody answered in time lapsed')
    return { result: enmiendas + fijaciones }
  },
})
