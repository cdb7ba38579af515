import { eventHandler, setResponseHeader, setResponseStatus } from 'h3'
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { MayReadMetrics } from '../../../server/http/metrics-guard.ts'
import type { RealtimeServer } from '../realtime/server.ts'

/** GET /metrics of the stack's own process, which serves Realtime; to whom it is not for, it does not exist. */
export function serveMetrics(realtime: Pick<RealtimeServer, 'stats'> | undefined, mayRead: MayReadMetrics) {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  if (realtime)
    for (const [name, help] of [
      ['sockets', 'Clients connected.'],
      ['channels', 'Channels that they have joined.'],
      ['messages', 'Messages handed to a topic since the start.'],
    ] as const)
      new Gauge({
        name: `triboka_realtime_${name}`,
        help,
        registers,
        collect() {
          this.set(realtime.stats()[name])
        },
      })
  return eventHandler((event) => {
    if (!mayRead(event.node.req)) {
      setResponseStatus(event, 404)
      return { message: 'Not found' }
    }
    setResponseHeader(event, 'content-type', registry.contentType)
    return registry.metrics()
  })
}
