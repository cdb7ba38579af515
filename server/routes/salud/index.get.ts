import { defineEventHandler, setResponseStatus } from 'h3'
import { checkBackups } from '../../utils/backups.ts'
import { checkHealth } from '../../utils/health.ts'
import { services } from '../../utils/services.ts'

/** GET /salud — 200 when every dependency answers, 503 when one does not; it tells which, and nothing else. */
export default defineEventHandler(async (event) => {
  const [dependencias, respaldo] = await Promise.all([checkHealth(), checkBackups()])
  const isReady = Object.values(dependencias).every(({ estado }) => estado === 'disponible')
  setResponseStatus(event, isReady ? 200 : 503)
  // Without it everything else works: it does not make the process unready.
  const push = services().environment.firebase ? 'encendido' : 'apagado'
  return { estado: isReady ? 'listo' : 'no listo', push, respaldo, dependencias }
})
