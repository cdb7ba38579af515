import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { inject, onTestFinished } from 'vitest'
import { findFreePorts } from '../../supabase/local/ports.ts'
import type { ChildOptions, Command, Reply } from './server-child.ts'

const CHILD = fileURLToPath(new URL('./server-child.ts', import.meta.url))

/** A storage server of a test alone, in a process that may be killed, over the stack's Postgres. */
export interface StorageProcess {
  url: string
  storageDir: string
  child: ChildProcess
  /** Asks the process to do something. */
  ask(command: Command): Promise<Reply>
  /** SIGKILL, as a power cut would. */
  kill(): Promise<void>
  /** Starts again on the same folder and port. */
  restart(): Promise<void>
}

/** Starts a storage server in a folder and on a port of its own; both go when the test ends. */
export async function startStorageProcess(limits: ChildOptions['limits'] = {}): Promise<StorageProcess> {
  const storageDir = await mkdtemp(join(tmpdir(), 'triboka-storage-'))
  const [port] = await findFreePorts(1)
  const { supabaseUrl: _, ...stack } = inject('stack')
  const options: ChildOptions = {
    ...stack,
    storageDir,
    port: port!,
    fileSizeLimit: 500 * 1024 * 1024,
    limits,
  }

  async function launch(): Promise<ChildProcess> {
    const child = fork(CHILD, [JSON.stringify(options)], {
      execArgv: [],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    await once(child, 'message')
    return child
  }
  async function kill(): Promise<void> {
    if (started.child.exitCode !== null || started.child.signalCode !== null) return
    const ended = once(started.child, 'exit')
    started.child.kill('SIGKILL')
    await ended
  }

  const started: StorageProcess = {
    url: `http://127.0.0.1:${port}`,
    storageDir,
    child: await launch(),
    kill,
    async ask(command) {
      const answer = once(started.child, 'message')
      started.child.send(command)
      return (await answer)[0] as Reply
    },
    async restart() {
      await kill()
      started.child = await launch()
    },
  }
  onTestFinished(async () => {
    await kill()
    await rm(storageDir, { recursive: true, force: true })
  })
  return started
}
