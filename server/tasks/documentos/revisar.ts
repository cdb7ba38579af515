import { defineTask } from 'nitropack/runtime'
import { pools } from '../../db/pools.ts'
import { revisarDocumentos } from '../../documentos/revisar.ts'
import { log } from '../../process/log.ts'
import { supabase } from '../../session/supabase.ts'

/** Every minute: reads what apps registered by themselves, for its hash and its type. */
export default defineTask({
  meta: {
    name: 'documentos:revisar',
    description: 'Lee los documentos que registró un SDK: su huella y su tipo.',
  },
  async run() {
    const { serviceStorage } = supabase()
    const reviewed = serviceStorage ? await revisarDocumentos(pools().database, serviceStorage) : 0
    if (reviewed > 0) log.info({ reviewed }, 'documents were reviewed')
    return { result: reviewed }
  },
})
