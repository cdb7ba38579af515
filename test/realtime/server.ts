import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { onTestFinished } from 'vitest'
import { createClientAddress } from '../../server/http/client-address.ts'
import { databaseUrl } from '../../supabase/local/postgres/bootstrap.ts'
import { type Limits, readLimits } from '../../supabase/local/realtime/limits.ts'
import { createRealtimeServer } from '../../supabase/local/realtime/server.ts'
import { listen } from '../support/listen.ts'
import { query } from '../support/sql.ts'
import { openRaw, stack } from './support.ts'

/** A Realtime server of one test's own on the database of the run, as a second process of the stack has it. */
export async function startServer(limits: Partial<Limits> = {}) {
  const { port, password } = new URL(stack.databaseUrl)
  const url = (role: string) =>
    databaseUrl({ port: Number(port), password: decodeURIComponent(password) }, role)
  const name = `prueba_${randomUUID()}`
  const realtime = await createRealtimeServer({
    realtimeAdminUrl: url('supabase_realtime_admin'),
    authenticatorUrl: url('authenticator'),
    replicationUrl: `${url('supabase_admin')}?application_name=${name}`,
    jwtSecret: stack.jwtSecret,
    resolveKey: (key) =>
      key === stack.publishableKey ? { kind: 'publishable', claims: { role: 'anon' } } : null,
    // Everybody of a test has one address; who tests shares sets them.
    limits: { ...readLimits({}), shares: { user: 1, address: 1, anonymous: 1 }, ...limits },
    clientAddress: createClientAddress(['loopback']),
    maxHeaderLength: 4096,
  })
  const http = createServer()
  http.on('upgrade', (request, socket, head) => realtime.upgrade(request, socket, head))
  const base = `http://127.0.0.1:${await listen(http)}`
  let closed: Promise<void> | undefined
  const close = () => {
    closed ??= realtime.close().finally(() => {
      http.closeAllConnections()
      http.close()
    })
    return closed
  }
  onTestFinished(close)
  /** Cuts its connection to the log. */
  const loseReplication = () =>
    query(
      url('supabase_admin'),
      'select pg_terminate_backend(pid) from pg_stat_replication where application_name = $1',
      [name],
    )
  return { base, close, loseReplication, open: () => openRaw('2.0.0', stack.publishableKey, base) }
}

type Frame = [
  string | null,
  string | null,
  string,
  string,
  { status?: string; response?: { reason?: string } },
]

/** Joins a public topic. @returns the reply. */
export async function join(
  socket: Awaited<ReturnType<typeof openRaw>>,
  topic: string,
  ref = topic,
  payload: object = {},
) {
  socket.send([ref, ref, `realtime:${topic}`, 'phx_join', payload])
  const [, , , , reply] = (await socket.find(
    ([, own, , event]: Frame) => own === ref && event === 'phx_reply',
  )) as Frame
  return reply
}
