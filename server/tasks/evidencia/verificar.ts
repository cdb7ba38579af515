import { defineTask } from 'nitropack/runtime'
import { pools } from '../../db/pools.ts'
import { leerObjeto } from '../../documentos/lector.ts'
import { evidencia } from '../../evidencia/settings.ts'
import { verificarTodo } from '../../evidencia/todo.ts'
import { log } from '../../process/log.ts'
import { supabase } from '../../session/supabase.ts'

/** Bytes of papers a second: an hour for 70 GB, and a disk that has time for whoever asks. */
const PACE = 20 * 2 ** 20

/**
 * Every week: all chains against the tables, the signed roots and the stored bytes of papers; what does not hold is told
 * to the administrators.
 */
export default defineTask({
  meta: {
    name: 'evidencia:verificar',
    description: 'Comprueba todas las cadenas y avisa de lo que no cuadra.',
  },
  async run() {
    const storage = supabase().serviceStorage
    if (!storage) log.warn('the bytes of papers are not verified: SUPABASE_SECRET_KEY is not set')
    const result = await verificarTodo(pools().database.as({ role: 'service_role' }), {
      avisar: true,
      autoridades: evidencia().autoridades,
      papeles: storage && { leer: (url) => leerObjeto(storage, url), aLaVez: 1, porSegundo: PACE },
    })
    if (result.fallas > 0) log.error(result, 'the evidences do not hold')
    else log.info(result, 'the evidences hold')
    return { result }
  },
})
