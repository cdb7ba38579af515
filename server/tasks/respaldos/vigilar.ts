import { defineTask } from 'nitropack/runtime'
import { pools } from '../../db/pools.ts'
import { log } from '../../process/log.ts'
import { watched } from '../../salud/settings.ts'

const GRACE_SECONDS = 3600

/** Every hour, where backups are promised: tells the administrators when the one that is due has not come. */
export default defineTask({
  meta: { name: 'respaldos:vigilar', description: 'Avisa si los respaldos se atrasan.' },
  async run() {
    if (!watched().respaldos) return { result: 'apagado' }
    // What was due while nothing ran, or was never made, is made within minutes of a start: nobody is alarmed before.
    if (process.uptime() < GRACE_SECONDS) return { result: 'recién arrancado' }
    const [row] = await pools()
      .database.as({ role: 'service_role' })
      .query<{ late: boolean }>('select privado.vigilar_respaldos() as late')
    if (row?.late) log.error('the backups are late')
    return { result: row?.late ? 'atrasado' : 'al día' }
  },
})
