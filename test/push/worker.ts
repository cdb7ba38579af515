import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { TestStack } from '../support/stack.ts'
import type { Firebase } from './fcm.ts'

export interface Trabajador {
  child: ChildProcess
  /** SIGTERM: finishes what it has in hand. @returns its exit code. */
  stop(): Promise<number | null>
  /** SIGKILL. */
  kill(): Promise<void>
}

/** Starts a process that sends the pushes of a stack through `firebase`. */
export async function startTrabajador(stack: TestStack, firebase: Firebase): Promise<Trabajador> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('./worker-child.ts', import.meta.url))], {
    env: {
      PATH: process.env.PATH,
      SUPABASE_URL: stack.supabaseUrl,
      SUPABASE_PUBLISHABLE_KEY: stack.publishableKey,
      DATABASE_URL: stack.authenticatorUrl,
      JWT_SECRET: stack.jwtSecret,
      LOG_LEVEL: 'warn',
      ...firebase.env,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child.stdout!, 'data')
  child.stdout!.resume()
  const end = async (signal: 'SIGTERM' | 'SIGKILL') => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill(signal)
    await ended
  }
  return {
    child,
    kill: () => end('SIGKILL'),
    async stop() {
      await end('SIGTERM')
      return child.exitCode
    },
  }
}
