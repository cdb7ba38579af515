import { defineEventHandler, setResponseHeader } from 'h3'
import { openGauges } from '../metrics/gauges.ts'
import { registry } from '../metrics/metrics.ts'
import { problem } from '../utils/problem.ts'
import { services } from '../utils/services.ts'

openGauges()

/** GET /metrics — for Prometheus; to anybody else it does not exist. */
export default defineEventHandler((event) => {
  if (!services().mayReadMetrics(event.node.req)) throw problem('ruta_inexistente')
  setResponseHeader(event, 'content-type', registry.contentType)
  return registry.metrics()
})
