import { defineTask } from 'nitropack/runtime'
import { pools } from '../../db/pools.ts'
import type { Query } from '../../db/types.ts'
import { documentosSettings } from '../../documentos/settings.ts'
import { log } from '../../process/log.ts'

const RELEER: Query = { name: 'releer_al_azar', text: 'select privado.releer_al_azar($1) as n' }

/** Every hour, and once a day whatever number of processes ask: papers verified long ago are read again. */
export default defineTask({
  meta: {
    name: 'documentos:releer',
    description: 'Manda a leer otra vez unos documentos al azar: ¿sus bytes son los que eran?',
  },
  async run() {
    const [row] = await pools()
      .database.as({ role: 'service_role' })
      .query<{ n: number }>(RELEER, [documentosSettings().releer])
    const asked = Number(row?.n)
    if (asked > 0) log.info({ asked }, 'stored documents will be read again')
    return { result: asked }
  },
})
