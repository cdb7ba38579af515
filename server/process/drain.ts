import type { Server, ServerResponse } from 'node:http'
import { Server as NetServer } from 'node:net'
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
/** A turn of the event loop in which hardly a connection comes that it has not seen. */
const SHORT_TURN_MS = 0.5
/** As long as a proxy takes to find that no more connections are taken, and to send what comes elsewhere. */
const LINGER_MS = 1_000

/**
 * Takes the connections that wait: those left behind when no more are taken would be cut. A turn of the event loop takes
 * one, and looks for it before it does its other work: so until a short turn took none.
 */
async function takeWaiting(server: Server): Promise<void> {
  let taken = 0
  const count = () => void taken++
  server.on('connection', count)
  const until = performance.now() + LINGER_MS
  for (let now = performance.now(), isQuiet = false; !isQuiet && now < until; ) {
    const [before, since] = [taken, now]
    await new Promise(setImmediate)
    now = performance.now()
    isQuiet = taken === before && now - since < SHORT_TURN_MS
  }
  server.off('connection', count)
}

/**
 * Prepares the end of a server, which cuts no request. A proxy keeps connections, and speaks on one of them at any
 * moment: so they stay open when no more are taken, each until its next answer says that it closes. A proxy that wants
 * another is refused, which is no harm, as it has sent nothing yet, and tells it that there is nobody here any more.
 * What is still idle then is not going to be used.
 */
export function prepareDrain(server: Server): Drain {
  const open = new Set<ServerResponse>()
  let isClosing = false
  const closeAfter = (res: ServerResponse) => void (res.headersSent || res.setHeader('connection', 'close'))
  server.prependListener('request', (_, res) => {
    if (isClosing) closeAfter(res)
    open.add(res)
    res.once('close', () => open.delete(res))
  })

  return async ({ delayMs, graceMs }) => {
    await sleep(delayMs)
    await takeWaiting(server)
    // That of a plain server: an HTTP server would close its idle connections at once.
    let isClosed = false
    const closed = new Promise<void>((resolve) =>
      NetServer.prototype.close.call(server, () => resolve()),
    ).then(() => {
      isClosed = true
    })
    isClosing = true
    for (const res of open) closeAfter(res)
    const since = performance.now()
    while (!isClosed && performance.now() - since < graceMs) {
      if (performance.now() - since > LINGER_MS) server.closeIdleConnections()
      await Promise.race([closed, sleep(LOOK_EVERY_MS)])
    }
    const cut = open.size
    server.closeAllConnections()
    return cut
  }
}
