import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chown, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { openLog } from '../log-file.ts'
import { fromMachine } from '../machine-faults.ts'
import { assertPortFree } from '../ports.ts'
import { SetupError } from '../settings.ts'
import { findBinaries } from './binaries.ts'
import { type Owner, prepareClusterHome } from './owner.ts'

/** The superuser of the embedded cluster, as in Supabase's own image. */
export const SUPERUSER = 'supabase_admin'

const SERVER_SETTINGS = {
  wal_level: 'logical',
  max_wal_senders: '10',
  max_replication_slots: '10',
  max_connections: '200',
  shared_buffers: '256MB',
  random_page_cost: '1.1',
  fsync: 'on',
  full_page_writes: 'on',
  synchronous_commit: 'on',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_min_messages: 'warning',
  password_encryption: 'scram-sha-256',
}

export interface ClusterOptions {
  dataDir: string
  port: number
  password: string
  /** Settings besides those of every cluster. */
  settings?: Record<string, string>
  /** How long it may take until it answers (30 s): a log that has to be replayed takes its time. */
  patienceMs?: number
  /** Told when there is a cluster to make. */
  report?: (line: string) => void
  /** Gives up making a cluster, which takes some seconds the first time. */
  signal?: AbortSignal
  /** Called when Postgres died by itself and when it serves again. */
  onEvent?: (event: 'died' | 'restarted', detail: string) => void
}

export interface Cluster {
  /** Where the cluster lives; not always below DATA_DIR (see prepareClusterHome). */
  dir: string
  /** Process id of the postmaster. */
  pid(): number | undefined
  /** Stops Postgres (fast shutdown) and waits for its end. */
  stop(): Promise<void>
}

function run(command: string, args: string[], owner: Owner | null, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: '/',
      env: { PATH: process.env.PATH, LC_ALL: 'C' },
      // Its own process group: Ctrl-C reaches the stack, which ends it.
      detached: true,
      ...(owner && { uid: owner.uid, gid: owner.gid }),
    })
    const kill = () => child.kill('SIGINT')
    signal?.addEventListener('abort', kill, { once: true })
    let output = ''
    child.stdout.on('data', (chunk) => {
      output += chunk
    })
    child.stderr.on('data', (chunk) => {
      output += chunk
    })
    child.on('error', reject)
    child.on('close', (code) => {
      signal?.removeEventListener('abort', kill)
      if (code === 0) return resolve()
      reject(signal?.aborted ? signal.reason : new Error(`${command} ended with ${code}: ${output.trim()}`))
    })
  })
}

async function initialise(
  initdb: string,
  dir: string,
  home: string,
  options: ClusterOptions,
  owner: Owner | null,
) {
  const passwordFile = join(home, '.initdb-password')
  await rm(passwordFile, { force: true })
  await writeFile(passwordFile, options.password, { mode: 0o600, flag: 'wx' })
  try {
    if (owner) await chown(passwordFile, owner.uid, owner.gid)
    await run(
      initdb,
      [
        `--pgdata=${dir}`,
        `--username=${SUPERUSER}`,
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        '--locale=C',
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
        '--data-checksums',
      ],
      owner,
      options.signal,
    )
  } catch (error) {
    // A half-made cluster would be taken for a whole one at the next start.
    await rm(dir, { recursive: true, force: true })
    throw fromMachine(error, dir)
  } finally {
    await rm(passwordFile, { force: true })
  }
}

/** Is this process id a postmaster of that folder? A number reused by another program is not. */
async function isPostmasterOf(pid: number, dir: string): Promise<boolean> {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => null)
  return command === null ? true : command.includes('postgres') && command.includes(dir)
}

/**
 * Clears what a killed stack left: an orphaned postmaster is stopped (its stack is gone, nobody else owns
 * it), a lock whose process is dead or belongs to another program is removed.
 */
export async function clearStaleLock(dir: string): Promise<void> {
  const lock = join(dir, 'postmaster.pid')
  const text = await readFile(lock, 'utf8').catch(() => null)
  if (text === null) return
  const pid = Number(text.split('\n')[0])
  if (pid > 1 && (await isPostmasterOf(pid, dir))) {
    process.kill(pid, 'SIGINT')
    for (let i = 0; i < 300 && (await isPostmasterOf(pid, dir)); i++) await sleep(100)
    if (await isPostmasterOf(pid, dir))
      throw new SetupError(`Postgres ${pid} still holds ${dir}: end it and start again.`)
  }
  await rm(lock, { force: true })
}

async function isReady(port: number, password: string): Promise<boolean> {
  const client = new pg.Client({ host: '127.0.0.1', port, user: SUPERUSER, password, database: 'postgres' })
  client.on('error', () => {})
  try {
    await client.connect()
    await client.query('select 1')
    return true
  } catch {
    return false
  } finally {
    await client.end().catch(() => {})
  }
}

/**
 * Starts the cluster of DATA_DIR, making it the first time, and keeps it alive: when Postgres dies by
 * itself (kill -9, out of memory) it is started again, as systemd or Docker would.
 */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const { home, owner } = prepareClusterHome(options.dataDir)
  const dir = join(home, 'data')
  const binaries = await findBinaries(owner, home)
  if (!existsSync(join(dir, 'PG_VERSION'))) {
    options.report?.('Creating the database, which takes some seconds the first time…')
    await initialise(binaries.initdb, dir, home, options, owner)
  }

  const log = openLog(join(options.dataDir, 'postgres.log'))
  let child: ChildProcess | undefined
  let isStopping = false

  async function launch(): Promise<void> {
    await clearStaleLock(dir)
    const flags = Object.entries({ ...SERVER_SETTINGS, ...options.settings }).flatMap(([name, value]) => [
      '-c',
      `${name}=${value}`,
    ])
    // Its own process group: Ctrl-C reaches the stack, which stops Postgres last.
    const started = spawn(
      binaries.postgres,
      ['-D', dir, '-p', String(options.port), '-h', '127.0.0.1', '-k', '', ...flags],
      {
        cwd: '/',
        detached: true,
        env: { PATH: process.env.PATH, LC_ALL: 'C' },
        stdio: ['ignore', 'pipe', 'pipe'],
        ...(owner && { uid: owner.uid, gid: owner.gid }),
      },
    )
    child = started
    let tail = ''
    for (const stream of [started.stdout, started.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        log.write(chunk)
        tail = (tail + chunk).slice(-2000)
      })
    }
    const patienceMs = options.patienceMs ?? 30_000
    const deadline = Date.now() + patienceMs
    // Ever more seldom: every question is a line in the log of a server that is not ready yet.
    for (let wait = 50; Date.now() < deadline; wait = Math.min(wait * 1.02, 1000)) {
      if (started.exitCode !== null || started.signalCode !== null) {
        throw new SetupError(`Postgres did not start: ${tail.trim() || `exit code ${started.exitCode}`}`)
      }
      if (await isReady(options.port, options.password)) {
        started.once('exit', (code, signal) => void restart(`${signal ?? code}`))
        if (started.exitCode !== null || started.signalCode !== null) void restart('at once')
        return
      }
      await sleep(wait)
    }
    started.kill('SIGQUIT')
    throw new SetupError(
      `Postgres did not answer on port ${options.port} within ${patienceMs / 1000} s; see ${join(options.dataDir, 'postgres.log')}`,
    )
  }

  async function restart(why: string): Promise<void> {
    if (isStopping) return
    options.onEvent?.('died', why)
    for (let wait = 200; !isStopping; wait = Math.min(wait * 2, 10_000)) {
      try {
        await launch()
        options.onEvent?.('restarted', `pid ${child?.pid}`)
        return
      } catch {
        // The backends of a killed postmaster take a moment to leave its shared memory.
        await sleep(wait)
      }
    }
  }

  await clearStaleLock(dir)
  await assertPortFree(options.port, '127.0.0.1', 'SUPABASE_DB_PORT')
  await launch()
  return {
    dir,
    pid: () => child?.pid,
    async stop() {
      isStopping = true
      if (child && child.exitCode === null && child.signalCode === null) {
        const ended = once(child, 'exit')
        child.kill('SIGINT')
        const timer = setTimeout(() => child?.kill('SIGQUIT'), 20_000)
        await ended
        clearTimeout(timer)
      }
      log.end()
    },
  }
}
