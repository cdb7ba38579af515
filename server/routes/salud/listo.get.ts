import { defineEventHandler, setResponseStatus } from 'h3'
import { isServing } from '../../salud/health.ts'

/** GET /salud/listo — 200 while requests may be sent here, 503 without Postgres or once asked to stop; for a balancer. */
export default defineEventHandler(async (event) => {
  const isReady = await isServing()
  setResponseStatus(event, isReady ? 200 : 503)
  return { estado: isReady ? 'listo' : 'no listo' }
})
