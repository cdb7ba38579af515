import { buildFunctions } from '../../supabase/local/functions/build.ts'
import { STREAMING_MEMORY } from '../../supabase/local/memory.ts'
import { findFreePorts } from '../../supabase/local/ports.ts'
import { type Program, startProgram } from './programs.ts'
import type { TestStack } from './stack.ts'

/** A process of the functions, built for production, beside the one of the stack. */
export interface Replica extends Program {
  url: string
  port: number
  /** The lines of its log so far. */
  // biome-ignore lint/suspicious/noExplicitAny: whatever a line tells
  log(): any[]
}

/**
 * Starts one on a stack's database and services, and waits until it listens.
 * @param env its settings.
 * @param port where; a free one unless given.
 */
export async function startReplica(
  stack: TestStack,
  env: Record<string, string> = {},
  port?: number,
): Promise<Replica> {
  const at = port ?? (await findFreePorts(1))[0]!
  const program = await startProgram(process.execPath, [...STREAMING_MEMORY, await buildFunctions()], [at], {
    PATH: process.env.PATH,
    NODE_ENV: 'production',
    HOST: '127.0.0.1',
    PORT: String(at),
    SUPABASE_URL: stack.supabaseUrl,
    SUPABASE_PUBLISHABLE_KEY: stack.publishableKey,
    SUPABASE_SECRET_KEY: stack.secretKey,
    DATABASE_URL: stack.authenticatorUrl,
    JWT_SECRET: stack.jwtSecret,
    ...env,
  })
  return {
    ...program,
    url: `http://127.0.0.1:${at}`,
    port: at,
    log: () =>
      program
        .output()
        .split('\n')
        .filter((line) => line.startsWith('{') && line.endsWith('}'))
        .map((line) => JSON.parse(line)),
  }
}
