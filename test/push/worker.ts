import type { ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { launch, untilReady } from '../support/programs.ts'
import type { TestStack } from '../support/stack.ts'
import type { Firebase } from './fcm.ts'

export interface PushProcess {
  child: ChildProcess
  /** SIGTERM: finishes what it has in hand. @returns its exit code. */
  stop(): Promise<number | null>
  /** SIGKILL. */
  kill(): Promise<void>
}

/** Starts a process that sends the pushes of a stack through `firebase`. */
export async function startPushWorker(stack: TestStack, firebase: Firebase): Promise<PushProcess> {
  const program = launch(process.execPath, [fileURLToPath(new URL('./worker-child.ts', import.meta.url))], {
    env: {
      PATH: process.env.PATH,
      SUPABASE_URL: stack.supabaseUrl,
      SUPABASE_PUBLISHABLE_KEY: stack.publishableKey,
      DATABASE_URL: stack.authenticatorUrl,
      JWT_SECRET: stack.jwtSecret,
      LOG_LEVEL: 'warn',
      ...firebase.env,
    },
  })
  await untilReady(program, () => program.output().includes('working'))
  return {
    child: program.child,
    kill: () => program.stop('SIGKILL'),
    async stop() {
      await program.stop()
      return program.child.exitCode
    },
  }
}
