// npm start / npm run dev: the embedded Supabase and the functions, until Ctrl-C or SIGTERM.
import { Console } from 'node:console'
import { join } from 'node:path'
import { startSchedule } from '../supabase/local/backup/schedule.ts'
import { isScheduled, readBackupSettings } from '../supabase/local/backup/settings.ts'
import { readCommandLine } from '../supabase/local/command-line.ts'
import { buildFunctions } from '../supabase/local/functions/build.ts'
import { startFunctions } from '../supabase/local/functions/process.ts'
import { openLog } from '../supabase/local/log-file.ts'
import { useStreamingMemory } from '../supabase/local/memory.ts'
import { isExposed, readSettings, type Settings, SetupError } from '../supabase/local/settings.ts'
import { type Stack, startStack } from '../supabase/local/stack.ts'
import { DEMO_PASSWORD, DEMO_USERS, demoAccounts, isEmpty, seed } from './seed.ts'
import { findTarget, isExternal, main } from './target.ts'

const { options } = readCommandLine({
  name: 'npm start',
  about:
    'Levanta la pila (Postgres, los servicios de Supabase y las funciones) hasta Ctrl-C. Los datos quedan en DATA_DIR.\nLas variables: docs/entorno.md.',
  options: { dev: { about: 'las funciones se recargan al editarlas (npm run dev)' } },
})
const isDev = options.dev === true
const say = (line = ''): void => void process.stdout.write(`${line}\n`)

/** What the parts write about themselves goes to a file; the terminal is for the person in front of it. */
function logToFile(settings: Settings) {
  const stream = openLog(join(settings.dataDir, 'supabase.log'))
  globalThis.console = new Console(stream, stream)
}

/** Ctrl-C, SIGTERM or a closed terminal: gives up a start, or stops what runs. */
function onceAsked() {
  const asked = new AbortController()
  let stop: (() => Promise<void>) | undefined
  const onSignal = () => {
    if (asked.signal.aborted) return
    say('\nStopping…')
    asked.abort(new SetupError('Stopped before it was ready.'))
    // A part that never ends must not keep the terminal for ever; Postgres recovers from its log.
    setTimeout(() => process.exit(1), 60_000).unref()
    void stop?.().then(() => process.exit(0))
  }
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, onSignal)
  return {
    signal: asked.signal,
    /** From now on there is this to stop. */
    async stopWith(how: () => Promise<void>) {
      stop = how
      if (!asked.signal.aborted) return
      await how()
      process.exit(0)
    },
  }
}

/** What a first start finds nothing of, and others never see. */
async function loadDemo(settings: Settings, { env, isFull }: Pick<Stack, 'env' | 'isFull'>) {
  if (isExposed(settings))
    return say('Others can reach this stack: no demo data (npm run db:seed -- --force loads it).')
  if (!(await isEmpty(env))) return
  if (isFull()) return say('No room for the demo data: npm run db:seed loads it once there is.')
  say('Loading the demo data…')
  await seed(env)
}

async function startEmbedded(settings: Settings, since: number) {
  useStreamingMemory()
  say('Starting Postgres, the Supabase services and the functions…')
  const asked = onceAsked()
  const backups = isScheduled(process.env, !isDev) ? readBackupSettings() : null
  // The functions are told, so that /salud knows whether one is late.
  process.env.RESPALDOS = backups ? 'on' : 'off'
  if (backups) process.env.RESPALDOS_DIR = backups.dir
  // And of the accounts that /docs may offer: their password is published, so only where nobody else comes.
  process.env.CUENTAS_DEMO = isExposed(settings) ? '' : demoAccounts()
  const stack = await startStack({
    settings,
    functions: isDev ? 'dev' : 'production',
    report: say,
    signal: asked.signal,
    prepare: (started) => loadDemo(settings, started),
  })
  const schedule = backups ? startSchedule(settings, say) : undefined
  await asked.stopWith(async () => {
    await schedule?.stop()
    await stack.stop()
  })
  const { env } = stack
  say(`
Ready in ${((Date.now() - since) / 1000).toFixed(1)} s. Ctrl-C stops everything; the data stays in ${settings.dataDir}

  Supabase URL     ${env.SUPABASE_URL}
  Publishable key  ${env.SUPABASE_PUBLISHABLE_KEY}
  Secret key       ${env.SUPABASE_SECRET_KEY}
  Functions        ${env.FUNCTIONS_URL}   (API reference: ${env.FUNCTIONS_URL}/docs)
  Studio           ${env.STUDIO_URL || 'off'}
  Mailbox          ${env.MAILBOX_URL || (process.env.SMTP_URL ? 'off: mails leave by SMTP_URL' : 'off')}
  Backups          ${backups ? `daily at 02:00, in ${backups.dir}` : 'off'}

  Demo accounts, password ${DEMO_PASSWORD}:
${DEMO_USERS.map((user) => `    ${user.email.padEnd(34)} ${user.empresa} (${user.rol})`).join('\n')}

  npm run demo shows the contract flow; npm run -s status prints these settings and the rest.`)
}

async function startFunctionsAlone(settings: Settings) {
  const env = await findTarget()
  const asked = onceAsked()
  const child = await startFunctions({
    settings,
    env: { ...env },
    entry: isDev ? undefined : await buildFunctions({ signal: asked.signal, report: say }),
    onEvent: (event, detail) => say(`Functions ${event} (${detail})`),
  })
  await asked.stopWith(child.stop)
  say(
    `Functions ready at http://${settings.host}:${settings.functionsPort} on the Supabase at ${env.SUPABASE_URL}`,
  )
}

await main(async () => {
  const since = Date.now()
  const settings = readSettings()
  logToFile(settings)
  // Whoever read what is said may be gone: that is no reason to end before Postgres has been stopped.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
  // A stray error in one request must not end the stack for everybody.
  process.on('unhandledRejection', (error) => console.error(error))
  await (isExternal() ? startFunctionsAlone(settings) : startEmbedded(settings, since))
})
// A failed start leaves handles open (a log, a pool); the message has been written.
if (process.exitCode) process.exit()
