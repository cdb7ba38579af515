import { defineEventHandler, setResponseHeader } from 'h3'
import { problem } from '../http/problem.ts'
import { registry } from '../process/metrics.ts'
import { openGauges } from '../salud/gauges.ts'
import { services } from '../services.ts'

openGauges()

/** GET /metrics — for Prometheus; to anybody else it does not exist. */
export default defineEventHandler((event) => {
  if (!services().mayReadMetrics(event.node.req)) throw problem('ruta_inexistente')
  setResponseHeader(event, 'content-type', registry.contentType)
  return registry.metrics()
})
