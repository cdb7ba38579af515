import type { Server, ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

interface DrainOptions {
  /** How long connections are still taken, for a balancer to find out that this process is not ready. */
  delayMs: number
  /** How long requests under way may take from then on. */
  graceMs: number
}

/** @returns how many requests had to be cut. */
export type Drain = (options: DrainOptions) => Promise<number>

const LOOK_EVERY_MS = 50

/**
 * Prepares the end of a server, which cuts no request: every answer from then on closes its connection, so that a
 * proxy does not speak to one that is just being closed; then no more connections are taken; then what is under way
 * ends.
 */
export function prepareDrain(server: Server): Drain {
  const open = new Set<ServerResponse>()
  let isDraining = false
  const closeAfter = (res: ServerResponse) => void (res.headersSent || res.setHeader('connection', 'close'))
  server.prependListener('request', (_, res) => {
    if (isDraining) closeAfter(res)
    open.add(res)
    res.once('close', () => open.delete(res))
  })

  return async ({ delayMs, graceMs }) => {
    isDraining = true
    for (const res of open) closeAfter(res)
    await sleep(delayMs)
    // Right after the event loop has taken the connections that waited: those left behind would be refused.
    await new Promise(setImmediate)
    let isClosed = false
    const closed = new Promise<void>((resolve) => server.close(() => resolve())).then(() => {
      isClosed = true
    })
    const deadline = performance.now() + graceMs
    while (!isClosed && performance.now() < deadline) {
      // Those whose answer had begun before: it said that they stay.
      server.closeIdleConnections()
      await Promise.race([closed, sleep(LOOK_EVERY_MS)])
    }
    const cut = open.size
    server.closeAllConnections()
    return cut
  }
}
