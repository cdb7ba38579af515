import { rm } from 'node:fs/promises'
import { findFreePorts } from '../../supabase/local/ports.ts'
import { makeTempDir } from '../../supabase/local/postgres/temporary.ts'
import { type Program, requireProgram, startProgram } from './programs.ts'

/** A real Redis on a free port, which keeps nothing; it may be stopped and started again there. */
export interface Redis {
  url: string
  /** Ends it, as an operator or the kernel would. */
  stop(signal?: NodeJS.Signals): Promise<void>
  /** Starts it again, empty, on the same port. */
  start(): Promise<void>
  /** Stands still: it takes connections and answers nothing. */
  freeze(): void
  thaw(): void
  dispose(): Promise<void>
}

/** Starts the system's redis-server. */
export async function startRedis(): Promise<Redis> {
  requireProgram('redis-server', 'redis-server')
  const [port = 0] = await findFreePorts(1)
  const dir = await makeTempDir('triboka-redis-')
  const args = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--appendonly',
    'no',
    '--dir',
    dir,
  ]
  let program: Program
  const start = async () => {
    program = await startProgram('redis-server', args, [port])
  }
  await start()
  return {
    url: `redis://127.0.0.1:${port}`,
    start,
    stop: (signal) => program.stop(signal),
    freeze: () => void program.child.kill('SIGSTOP'),
    thaw: () => void program.child.kill('SIGCONT'),
    async dispose() {
      await program.stop('SIGKILL')
      await rm(dir, { recursive: true, force: true })
    },
  }
}
