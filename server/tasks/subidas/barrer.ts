import { defineTask } from 'nitropack/runtime'
import { pools } from '../../db/pools.ts'
import { sweepUploads } from '../../documentos/sweep-uploads.ts'
import { log } from '../../process/log.ts'
import { supabase } from '../../session/supabase.ts'

/** Every hour: removes what uploads left when the process died under them. */
export default defineTask({
  meta: { name: 'subidas:barrer', description: 'Quita los archivos de subidas que quedaron a medias.' },
  async run() {
    const { serviceStorage } = supabase()
    const removed = serviceStorage ? await sweepUploads(pools().database, serviceStorage) : 0
    if (removed > 0) log.info({ removed }, 'unfinished uploads were removed')
    return { result: removed }
  },
})
