import { defineTask } from 'nitropack/runtime'
import { log } from '../../process/log.ts'
import { services } from '../../services.ts'

/** Every hour: drops the pushes that are no longer news. */
export default defineTask({
  meta: { name: 'push:barrer', description: 'Quita los envíos de hace más de un día.' },
  async run() {
    const [row] = await services()
      .database.as({ role: 'service_role' })
      .query<{ removed: string }>('select privado.push_barrer() as removed')
    const removed = Number(row?.removed)
    if (removed > 0) log.info({ removed }, 'old pushes were dropped')
    return { result: removed }
  },
})
