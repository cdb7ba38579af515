// What a person with a terminal does to a stack: looks at its processes and ports, kills, runs the commands.
import type { SpawnOptions } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { SupabaseClient } from '@supabase/supabase-js'
import type pg from 'pg'
import { PROJECT_DIR } from '../../../supabase/local/settings.ts'
import { type Ended, launch as launchProgram, type Program } from '../../support/programs.ts'
import { query } from '../../support/sql.ts'
import type { StackProcess } from '../../support/stack.ts'
import { signIn, type Who } from '../support.ts'

/** Starts one of the commands of package.json. */
export const launch = (
  script: string,
  env: NodeJS.ProcessEnv,
  args: string[] = [],
  options: SpawnOptions = {},
): Program =>
  launchProgram(process.execPath, [join(PROJECT_DIR, `scripts/${script}.ts`), ...args], {
    cwd: PROJECT_DIR,
    env,
    ...options,
  })

/** Runs one of the commands of package.json to its end. */
export const run = (script: string, env: NodeJS.ProcessEnv, args: string[] = []): Promise<Ended> =>
  launch(script, env, args).ended

/** A process, told from a later one of the same number by when it began. */
export interface Process {
  pid: number
  parent: number
  startTime: string
}

async function processes(): Promise<Process[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const found = await Promise.all(
    pids.map(async (pid) => {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null)
      const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')
      // A zombie has ended: only its parent has not yet asked how.
      return fields && fields[0] !== 'Z'
        ? { pid: Number(pid), parent: Number(fields[1]), startTime: fields[19]! }
        : null
    }),
  )
  return found.filter((process) => process !== null)
}

/** A process and everything it started, and they in turn. */
export async function familyOf(pid: number): Promise<Process[]> {
  const all = await processes()
  const family = all.filter((process) => process.pid === pid)
  for (let i = 0; i < family.length; i++) {
    family.push(...all.filter((process) => process.parent === family[i]!.pid))
  }
  return family
}

/** Those of them that still run. */
export async function survivors(family: Process[]): Promise<number[]> {
  const all = await processes()
  return family
    .filter((old) => all.some(({ pid, startTime }) => pid === old.pid && startTime === old.startTime))
    .map(({ pid }) => pid)
}

/** kill -9 of exactly these processes, where they still run. */
export async function killAll(family: Process[]): Promise<void> {
  for (const pid of await survivors(family)) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It ended by itself in this very moment.
    }
  }
}

/** One query as role postgres, on a connection of its own. */
export const ask = <Row extends pg.QueryResultRow>({ stack }: StackProcess, text: string): Promise<Row[]> =>
  query<Row>(stack.databaseUrl, text)

/** The folder of its cluster and the process id of its postmaster. */
export async function postmasterOf(running: StackProcess): Promise<{ file: string; pid: number }> {
  const [row] = await ask<{ data_directory: string }>(running, 'show data_directory')
  const file = join(row!.data_directory, 'postmaster.pid')
  return { file, pid: Number((await readFile(file, 'utf8')).split('\n')[0]) }
}

/** Signs a demo account in on a stack of the test's own. */
export const signInOn = ({ stack }: StackProcess, who: Who): Promise<SupabaseClient> =>
  signIn(who, { url: stack.supabaseUrl, key: stack.publishableKey })
