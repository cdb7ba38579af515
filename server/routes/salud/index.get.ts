import { defineEventHandler, setResponseStatus } from 'h3'
import { checkHealth } from '../../utils/health.ts'

/** GET /salud — 200 when every dependency answers, 503 when one does not; it tells which, and nothing else. */
export default defineEventHandler(async (event) => {
  const dependencias = await checkHealth()
  const isReady = Object.values(dependencias).every(({ estado }) => estado === 'disponible')
  setResponseStatus(event, isReady ? 200 : 503)
  return { estado: isReady ? 'listo' : 'no listo', dependencias }
})
