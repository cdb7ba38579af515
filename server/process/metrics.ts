import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client'

/** What Prometheus may ask of this process; every label has few values, and none comes from a request. */
export const registry = new Registry()
collectDefaultMetrics({ register: registry })
const registers = [registry]

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS'])
// From what a lookup takes to what an upload of 50 MiB over a slow connection does.
const BUCKETS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60]

const requests = new Counter({
  name: 'http_requests_total',
  help: 'Requests answered, by pattern of their route.',
  labelNames: ['method', 'route', 'status'] as const,
  registers,
})
const durations = new Histogram({
  name: 'http_request_duration_seconds',
  help: 'Time from the head of a request to the end of its answer.',
  labelNames: ['method', 'route'] as const,
  buckets: BUCKETS,
  registers,
})
const refused = new Counter({
  name: 'triboka_rate_limited_total',
  help: 'Requests refused with 429, by quota.',
  labelNames: ['quota'] as const,
  registers,
})
const uploads = new Counter({
  name: 'triboka_uploads_total',
  help: 'Files received whole into Storage.',
  registers,
})
const uploadBytes = new Counter({
  name: 'triboka_upload_bytes_total',
  help: 'Bytes of those files.',
  registers,
})

/**
 * Counts an answer.
 * @param route the pattern, `/contratos/:id`; undefined for a path that is nothing of ours.
 */
export function countAnswer(
  given: string | undefined,
  route: string | undefined,
  status: number,
  ms: number,
): void {
  const method = METHODS.has(given ?? '') ? given! : 'other'
  const labels = { method, route: route ?? 'none' }
  requests.inc({ ...labels, status }, 1)
  durations.observe(labels, ms / 1000)
}

/** Counts a request that a quota refused. */
export const countRefused = (quota: string) => refused.inc({ quota })

/** Counts a file that was received whole. */
export function countUpload(bytes: number): void {
  uploads.inc()
  uploadBytes.inc(bytes)
}
