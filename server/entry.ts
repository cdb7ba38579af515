// The program of a production build, in the place of Nitro's own: timeouts that suit uploads over slow connections,
// and an end that cuts no request.
import { Server } from 'node:http'
import { toNodeListener } from 'h3'
import { useNitroApp } from 'nitropack/runtime'
import { startScheduleRunner } from 'nitropack/runtime/internal/task'
import { prepareDrain } from './process/drain.ts'
import { log } from './process/log.ts'
import { processSettings } from './process/settings.ts'
import { beginStopping, isStopping } from './process/stopping.ts'

/** Of the head of a request. */
const HEAD_MS = 20_000
/** Without a byte in either direction. A body may take as long as it likes while it comes: see readBytes for JSON. */
const SILENCE_MS = 60_000
/** Longer than a proxy keeps its own: whoever closes first must not be the one that is being spoken to. */
const KEEP_ALIVE_MS = 75_000
const GRACE_MS = 25_000
/** For the pools, the worker and Redis, once the last answer has left. */
const CLOSE_MS = 5_000

const nitro = useNitroApp()
const server = new Server(
  {
    headersTimeout: HEAD_MS,
    requestTimeout: 0,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connectionsCheckingInterval: 5_000,
  },
  toNodeListener(nitro.h3App),
)
server.setTimeout(SILENCE_MS)
const drain = prepareDrain(server)

async function stop(signal: string): Promise<void> {
  beginStopping()
  log.info({ signal }, 'stopping')
  const { shutdownDelay } = processSettings()
  const cut = await drain({ delayMs: shutdownDelay * 1000, graceMs: GRACE_MS })
  if (cut > 0) log.warn({ cut }, 'requests that took too long were cut')
  setTimeout(() => process.exit(1), CLOSE_MS).unref()
  await nitro.hooks.callHook('close')
  log.info('stopped')
  process.exit(0)
}
// A second signal changes nothing: the first one is being obeyed.
for (const signal of ['SIGTERM', 'SIGINT'] as const)
  process.on(signal, () => {
    if (isStopping()) return
    stop(signal).catch((error) => {
      log.error({ err: error }, 'the end did not go as it should')
      process.exit(1)
    })
  })

// A stray error in one request must not end the process for everybody.
for (const event of ['unhandledRejection', 'uncaughtException'] as const)
  process.on(event, (error: unknown) => log.error({ err: error }, event))
startScheduleRunner()
const { NITRO_PORT, NITRO_HOST, PORT, HOST } = process.env
server.listen({ port: Number(NITRO_PORT || PORT || 8000), host: NITRO_HOST || HOST }, () =>
  log.info(server.address() as object, 'listening'),
)
server.once('error', (error) => {
  process.stderr.write(`The functions cannot listen: ${error.message}\n`)
  process.exit(1)
})
