import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Settings, SetupError } from './settings.ts'

function tryListen(port: number, host: string): Promise<number | NodeJS.ErrnoException> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', resolve)
    server.listen({ port, host, exclusive: true }, () => {
      const { port: bound } = server.address() as { port: number }
      server.close(() => resolve(bound))
    })
  })
}

/**
 * Fails with one clear line when a port cannot be listened on.
 * @param variable the setting that chooses this port.
 * @param patienceMs how long the port may take to become free.
 */
export async function assertPortFree(
  port: number,
  host: string,
  variable: string,
  patienceMs = 0,
): Promise<void> {
  const deadline = Date.now() + patienceMs
  let result = await tryListen(port, host)
  while (typeof result !== 'number' && Date.now() < deadline) {
    await sleep(100)
    result = await tryListen(port, host)
  }
  if (typeof result === 'number') return
  const why = result.code === 'EADDRINUSE' ? 'is taken by another program' : `cannot be used (${result.code})`
  throw new SetupError(`Port ${port} on ${host} ${why}: free it, or choose another with ${variable}=<port>.`)
}

/** Fails when a port of a stack is taken. */
export async function assertPortsFree(
  { host, apiPort, functionsPort, studioPort, mailboxPort }: Settings,
  withFunctions: boolean,
  patienceMs: number,
): Promise<void> {
  await assertPortFree(apiPort, host, 'SUPABASE_API_PORT', patienceMs)
  if (withFunctions) await assertPortFree(functionsPort, host, 'PORT', patienceMs)
  if (studioPort !== null) await assertPortFree(studioPort, '127.0.0.1', 'STUDIO_PORT', patienceMs)
  if (mailboxPort !== null) await assertPortFree(mailboxPort, '127.0.0.1', 'MAILBOX_PORT', patienceMs)
}

// Below the range that the system gives to outgoing connections: one of those could take a port meanwhile.
const [FIRST, COUNT] = [20_000, 12_000]

/** Free ports of this moment, all different. */
export async function findFreePorts(count: number, host = '127.0.0.1'): Promise<number[]> {
  const ports = new Set<number>()
  while (ports.size < count) {
    const port = FIRST + Math.floor(Math.random() * COUNT)
    if (typeof (await tryListen(port, host)) === 'number') ports.add(port)
  }
  return [...ports]
}
