import { defineTask } from 'nitropack/runtime'
import { pools } from '../../db/pools.ts'
import { log } from '../../process/log.ts'

/** Every hour: drops the pushes that are no longer news. */
export default defineTask({
  meta: { name: 'push:barrer', description: 'Quita los envíos de hace más de un día.' },
  async run() {
    const [row] = await pools()
      .database.as({ role: 'service_role' })
      .query<{ removed: string }>('select privado.push_barrer() as removed')
    const removed = Number(row?.removed)
    if (removed > 0) log.info({ removed }, 'old pushes were dropped')
    return { result: removed }
  },
})
