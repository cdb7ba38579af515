import { defineTask } from 'nitropack/runtime'
import { pools } from '../../db/pools.ts'
import { verificarTodo } from '../../evidencia/todo.ts'
import { log } from '../../process/log.ts'

/** Every week: all chains against the tables and the signed roots; what does not hold is told to the administrators. */
export default defineTask({
  meta: {
    name: 'evidencia:verificar',
    description: 'Comprueba todas las cadenas y avisa de lo que no cuadra.',
  },
  async run() {
    const result = await verificarTodo(pools().database.as({ role: 'service_role' }), { avisar: true })
    if (result.fallas > 0) log.error(result, 'the evidences do not hold')
    else log.info(result, 'the evidences hold')
    return { result }
  },
})
