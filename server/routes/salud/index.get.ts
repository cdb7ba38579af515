import { setResponseStatus } from 'h3'
import { checkHealth, redisState } from '../../utils/health.ts'
import { publico } from '../../utils/publico.ts'
import { services } from '../../utils/services.ts'

/** GET /salud — 200 when every dependency answers, 503 when one does not; it tells which, and nothing else. */
export default publico(async (event) => {
  const dependencias = await checkHealth()
  const isReady = Object.values(dependencias).every(({ estado }) => estado === 'disponible')
  setResponseStatus(event, isReady ? 200 : 503)
  // Without them everything else works: they do not make the process unready.
  const push = services().environment.firebase ? 'encendido' : 'apagado'
  return { estado: isReady ? 'listo' : 'no listo', push, redis: redisState(), dependencias }
})
