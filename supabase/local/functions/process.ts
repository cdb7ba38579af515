import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { openLog } from '../log-file.ts'
import { STREAMING_MEMORY } from '../memory.ts'
import { PROJECT_DIR, type Settings, SetupError } from '../settings.ts'

/** The functions' process (Nitro), started again when it dies by itself. */
export interface FunctionsProcess {
  pid(): number | undefined
  stop(): Promise<void>
}

// They finish what is under way, within 25 s, and close what they hold.
const STOP_MS = 35_000
const GUARD = fileURLToPath(new URL('./end-with-parent.ts', import.meta.url))

/**
 * Starts the functions and waits until they answer.
 * @param options.env what they read: SUPABASE_URL, DATABASE_URL, keys.
 * @param options.entry a production build (see buildFunctions); without it they run with reload.
 */
export async function startFunctions(options: {
  settings: Settings
  env: Record<string, string>
  entry?: string
  onEvent?: (event: 'died' | 'restarted', detail: string) => void
}): Promise<FunctionsProcess> {
  const { settings, entry } = options
  const isDev = entry === undefined
  const log = openLog(join(settings.dataDir, 'functions.log'))
  const args = isDev
    ? [
        join(PROJECT_DIR, 'node_modules/nitropack/dist/cli/index.mjs'),
        'dev',
        '--port',
        String(settings.functionsPort),
        '--host',
        settings.host,
      ]
    : ['--import', GUARD, ...STREAMING_MEMORY, entry]
  let child: ChildProcess | undefined
  let isStopping = false

  function launch(): ChildProcess {
    const started = spawn(process.execPath, args, {
      cwd: PROJECT_DIR,
      // Its own group: Ctrl-C reaches the stack alone, which ends its parts in order.
      detached: true,
      env: {
        ...process.env,
        ...options.env,
        PORT: String(settings.functionsPort),
        NITRO_PORT: String(settings.functionsPort),
        HOST: settings.host,
        NITRO_HOST: settings.host,
        // Absolute: they look at the disks.
        DATA_DIR: settings.dataDir,
        STORAGE_DIR: settings.storageDir,
        NODE_ENV: isDev ? 'development' : 'production',
      },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    started.stdout?.pipe(log, { end: false })
    started.stderr?.pipe(log, { end: false })
    started.once('exit', (code, signal) => void onExit(signal ?? String(code)))
    child = started
    return started
  }

  async function onExit(why: string): Promise<void> {
    if (isStopping) return
    options.onEvent?.('died', why)
    await sleep(500)
    if (isStopping) return
    launch()
    options.onEvent?.('restarted', `pid ${child?.pid}`)
  }

  launch()
  const url = `http://${settings.host === '0.0.0.0' ? '127.0.0.1' : settings.host}:${settings.functionsPort}/salud/listo`
  const deadline = Date.now() + 60_000
  while (true) {
    const response = await fetch(url).catch(() => null)
    if (response?.ok) break
    if (Date.now() > deadline) {
      isStopping = true
      child?.kill('SIGKILL')
      throw new SetupError(
        `The functions did not answer at ${url} within 60 s; see ${join(settings.dataDir, 'functions.log')}`,
      )
    }
    await sleep(50)
  }

  return {
    pid: () => child?.pid,
    async stop() {
      isStopping = true
      if (child && child.exitCode === null && child.signalCode === null) {
        const ended = once(child, 'exit')
        child.kill('SIGTERM')
        const timer = setTimeout(() => child?.kill('SIGKILL'), STOP_MS)
        await ended
        clearTimeout(timer)
      }
      log.end()
    },
  }
}
