import { defineEventHandler, setResponseHeader } from 'h3'
import { door } from '../http/door.ts'
import { problem } from '../http/problem.ts'
import { registry } from '../process/metrics.ts'
import { openGauges } from '../salud/gauges.ts'

openGauges()

/** GET /metrics — for Prometheus; to anybody else it does not exist. */
export default defineEventHandler((event) => {
  if (!door().mayReadMetrics(event.node.req)) throw problem('ruta_inexistente')
  setResponseHeader(event, 'content-type', registry.contentType)
  return registry.metrics()
})
