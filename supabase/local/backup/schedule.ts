import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { constants, setPriority } from 'node:os'
import { join } from 'node:path'
import { Cron } from 'croner'
import { openLog } from '../log-file.ts'
import { PROJECT_DIR, type Settings } from '../settings.ts'
import { listBackups } from './folders.ts'
import { readState, type State } from './record.ts'
import { readBackupSettings } from './settings.ts'

const TIMEZONE = 'America/Guayaquil'
const EVERY_DAY = '0 2 * * *'
const EVERY_SUNDAY = '0 4 * * 0'
const EVERY_HOUR = '0 * * * *'

/** A machine that was off at two makes its backup soon after it is on; not in the first moments of a start. */
const SOON_MS = 5 * 60_000

/** The first time of a schedule after a moment. */
function nextAfter(pattern: string, moment: Date): Date {
  const cron = new Cron(pattern, { timezone: TIMEZONE, paused: true })
  return cron.nextRun(moment)!
}

/** What is due at a moment, given when it last went well: one that was missed or failed is due until it is made. */
export function dueAt({ primero, ultimo, probado }: State, now: Date): { backup: boolean; proof: boolean } {
  const since = probado ?? primero
  return {
    backup: ultimo === null || nextAfter(EVERY_DAY, ultimo) <= now,
    // There is nothing to prove before the first backup.
    proof: since !== null && nextAfter(EVERY_SUNDAY, since) <= now,
  }
}

/**
 * Makes the backups and proofs of a running stack when they are due: at two, on Sundays at four, or soon after a start
 * that found one missing. Each runs as a process of its own, behind the stack's: it takes neither its memory nor its
 * turn.
 * @param report one line for each that fails.
 */
export function startSchedule(
  settings: Settings,
  report: (line: string) => void,
  { soonMs = SOON_MS, env = process.env }: { soonMs?: number; env?: NodeJS.ProcessEnv } = {},
): { stop(): Promise<void> } {
  const log = openLog(join(settings.dataDir, 'respaldos.log'))
  let child: ChildProcess | undefined
  let isStopping = false
  let current: Promise<void> | undefined

  async function run(what: string, args: string[]): Promise<void> {
    if (isStopping) return
    log.write(`${new Date().toISOString()} ${what}\n`)
    const started = spawn(process.execPath, [join(PROJECT_DIR, 'scripts/respaldo.ts'), ...args], {
      cwd: PROJECT_DIR,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    child = started
    started.stdout.pipe(log, { end: false })
    started.stderr.pipe(log, { end: false })
    if (started.pid) setPriority(started.pid, constants.priority.PRIORITY_LOW)
    const [code] = await once(started, 'exit')
    child = undefined
    if (code !== 0 && !isStopping)
      report(
        `The ${what} failed; see ${join(settings.dataDir, 'respaldos.log')}. It is tried again every hour.`,
      )
  }

  /** Not one that is known to be bad, nor one that this machine cannot read: /salud tells that the proof is late. */
  async function canProve(): Promise<boolean> {
    const { dir, recipient, identityFile } = readBackupSettings(env)
    const [newest] = await listBackups(dir)
    return newest?.isGood === true && (recipient === null || identityFile !== null)
  }

  async function look(): Promise<void> {
    const state = await readState(settings)
    if (!state) return
    if (dueAt(state, new Date()).backup) await run('backup', [])
    const after = await readState(settings)
    if (after && dueAt(after, new Date()).proof && (await canProve()))
      await run('proof of the newest backup', ['--probar'])
  }

  const turn = () => {
    current ??= look()
      .catch((error) => console.error(error))
      .finally(() => {
        current = undefined
      })
  }
  const cron = new Cron(EVERY_HOUR, { timezone: TIMEZONE }, turn)
  const soon = setTimeout(turn, soonMs)

  return {
    async stop() {
      isStopping = true
      cron.stop()
      clearTimeout(soon)
      child?.kill('SIGTERM')
      await current
      log.end()
    },
  }
}
