import { defineTask } from 'nitropack/runtime'
import { barrerSubidas } from '../../documentos/barrer-subidas.ts'
import { log } from '../../process/log.ts'
import { services } from '../../services.ts'

/** Every hour: removes what uploads left when the process died under them. */
export default defineTask({
  meta: { name: 'subidas:barrer', description: 'Quita los archivos de subidas que quedaron a medias.' },
  async run() {
    const { database, serviceStorage } = services()
    const removed = serviceStorage ? await barrerSubidas(database, serviceStorage) : 0
    if (removed > 0) log.info({ removed }, 'unfinished uploads were removed')
    return { result: removed }
  },
})
