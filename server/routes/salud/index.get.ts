import { setResponseStatus } from 'h3'
import { checkBackups } from '../../salud/backups.ts'
import { checkDisk, checkHealth, redisState } from '../../salud/health.ts'
import { watched } from '../../salud/settings.ts'
import { withoutSession } from '../../session/without-session.ts'

/** GET /salud — 200 when every dependency answers and there is room, 503 otherwise; it tells why, and nothing else. */
export default withoutSession(async (event) => {
  const [dependencias, respaldo, disco] = await Promise.all([checkHealth(), checkBackups(), checkDisk()])
  const isReady =
    disco?.estado !== 'casi lleno' &&
    Object.values(dependencias).every(({ estado }) => estado === 'disponible')
  if (!isReady) setResponseStatus(event, 503)
  // Without them everything else works: they do not make the process unready.
  const push = watched().push ? 'encendido' : 'apagado'
  return { estado: isReady ? 'listo' : 'no listo', push, redis: redisState(), respaldo, disco, dependencias }
})
