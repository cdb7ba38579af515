import { defineTask } from 'nitropack/runtime'
import { pools } from '../../db/pools.ts'
import { enviarCartas } from '../../relaciones/cartas.ts'

/** Every minute: who was invited by RUC is written to, whether it is here or not. */
export default defineTask({
  meta: { name: 'relaciones:escribir', description: 'Envía las cartas a quien se invitó por su RUC.' },
  run: async () => ({ result: await enviarCartas(pools().database) }),
})
