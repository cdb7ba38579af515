import { defineTask } from 'nitropack/runtime'
import { pools } from '../../db/pools.ts'
import { resumir } from '../../evidencia/resumir.ts'

/** Every minute: what was said in the minutes that ended joins the chains. */
export default defineTask({
  meta: { name: 'evidencia:resumir', description: 'Añade a las cadenas lo que se dijo en cada minuto.' },
  run: async () => ({ result: await resumir(pools().database) }),
})
