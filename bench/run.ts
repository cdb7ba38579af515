// npm run bench: every figure on stacks of its own, in temporary folders and on free ports. --quick is a smoke run.
import { readCommandLine } from '../supabase/local/command-line.ts'
import { create } from './cases/create.ts'
import { deepPage } from './cases/deep-page.ts'
import { evidenceCost, verification } from './cases/evidencia.ts'
import { firstPage } from './cases/first-page.ts'
import { flood } from './cases/flood.ts'
import { gatewayMemory } from './cases/gateway-memory.ts'
import { idleSockets } from './cases/idle-sockets.ts'
import { insert } from './cases/insert.ts'
import { kpis } from './cases/kpis.ts'
import { liquidaciones } from './cases/liquidaciones.ts'
import { memory } from './cases/memory.ts'
import { pushes, telling } from './cases/notices.ts'
import { operacion } from './cases/operacion.ts'
import { origen } from './cases/origen.ts'
import { production } from './cases/production.ts'
import { read } from './cases/read.ts'
import { rest } from './cases/rest.ts'
import { rooms } from './cases/rooms.ts'
import { schema } from './cases/schema.ts'
import { signInRate, signIns } from './cases/sign-in.ts'
import { upload } from './cases/upload.ts'
import { waitForCode } from './cases/wait-for-code.ts'
import { type Case, type Figure, isMet, type Scale } from './lib/case.ts'
import { keep, machine, table } from './lib/report.ts'
import { type Subject, startSubject } from './lib/subject.ts'

const MIB = 2 ** 20
const FULL = {
  small: 1000,
  large: 100_000,
  huge: 1_000_000,
  own: 50_000,
  chains: [11_000, 55_000] as const,
  lots: [100_000, 1_000_000] as const,
}
const QUICK = {
  small: 1000,
  large: 5000,
  huge: 20_000,
  own: 2000,
  chains: [500, 1000] as const,
  lots: [5000, 20_000] as const,
}
const FULL_SCALE: Scale = {
  rounds: 9,
  turnMs: 3000,
  turnRequests: 400,
  uploads: 15,
  uploadBytes: 20 * MIB,
  memoryRequests: 10_000,
  memoryUploads: 100,
  gatewayRequests: 100_000,
  latencyTurns: 3,
  sockets: 2000,
  inserts: 500,
  pushes: 10_000,
}
const QUICK_SCALE: Scale = {
  rounds: 3,
  turnMs: 1000,
  turnRequests: 100,
  uploads: 3,
  uploadBytes: 20 * MIB,
  memoryRequests: 1000,
  memoryUploads: 10,
  gatewayRequests: 2000,
  latencyTurns: 1,
  sockets: 200,
  inserts: 50,
  pushes: 1000,
}

const { options } = readCommandLine({
  name: 'npm run bench',
  about: 'Mide todo en pilas propias y escribe la tabla de bench/README.md: media hora, más o menos.',
  options: {
    quick: { about: 'solo prueba que corre: sus cifras son ruido y no se escriben' },
    solo: { value: 'texto', about: 'solo lo que lleva ese texto en su nombre («reads»); no se escribe' },
  },
})
const isQuick = options.quick === true
const [sizes, scale] = isQuick ? [QUICK, QUICK_SCALE] : [FULL, FULL_SCALE]
const say = (line: string) => process.stdout.write(`${line}\n`)

const subjects: Subject[] = []
let starting: Promise<unknown> = Promise.resolve()
const disposeAll = async () => {
  // One that is just starting ends too, once it is there.
  await starting.catch(() => {})
  await Promise.all(subjects.splice(0).map((subject) => subject.dispose()))
}
let interrupted: Promise<void> | undefined
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    interrupted ??= disposeAll().finally(() => process.exit(1))
  })
}

async function start(contracts: number): Promise<Subject> {
  const started = startSubject().then((subject) => {
    subjects.push(subject)
    return subject
  })
  starting = started
  const subject = await started
  await subject.grow(contracts, say)
  return subject
}

try {
  say('Starting two stacks and filling them…')
  const small = await start(sizes.small)
  const large = await start(sizes.large)
  const figures: Figure[] = []
  const isAsked = (name: string) => options.solo === undefined || name.includes(options.solo)
  const measure = async (name: string, measured: Case) => {
    if (!isAsked(name)) return
    say(`Measuring ${name}…`)
    const found = await measured({ small, large }, scale)
    // Told at once too: a run that is cut short has not measured in vain.
    for (const { what, a, b, value, unit } of found)
      say(`  ${what}: ${a}, ${b}, ${Number(value.toFixed(2))}${unit}`)
    figures.push(...found)
  }
  // In this process alone, while the databases have nothing to tidy up yet.
  await measure('liquidations', liquidaciones)
  // Of the gateway before its other work, of the same reason as below.
  await measure('memory of the gateway', gatewayMemory)
  // Memory of the functions before their other work: what has been freed would be used again, and would not show.
  await measure('idle sockets', idleSockets)
  await measure('rooms', rooms)
  await measure('from INSERT to the client', insert)
  await measure('reads', read)
  await measure('REST', rest)
  await measure('reads while people sign in', signIns)
  await measure('sign-ins', signInRate)
  await measure('reads while one floods', flood)
  await measure('schema of 500 tables', schema)
  await measure('nginx, logs and limits', production)
  await measure('creations', create)
  await measure('a contract beside another company', waitForCode)
  await measure('deep pages', deepPage)
  await measure('uploads', upload)
  await measure('memory', memory)
  await measure('what telling the partners costs', telling)
  await measure('what evidence costs', evidenceCost)
  await measure('operations of lots', operacion)
  await measure('pushes', pushes)
  await measure('verification', verification(start, sizes.chains))
  if (isAsked('first pages') || isAsked('indicators')) {
    say('Filling the large one further…')
    await large.grow(sizes.own, say, 'own')
    await large.grow(sizes.huge - sizes.own, say, 'others')
  }
  await measure('first pages', firstPage)
  if (isAsked('indicators')) {
    say('Filling the small one…')
    await small.grow(sizes.own, say, 'own')
    await small.grow(sizes.own, say, 'others')
  }
  await measure('indicators', kpis)
  await measure('origins of lots', origen(sizes.lots, say))

  const text = [
    `${new Date().toISOString().slice(0, 10)}, ${await machine(large)}.`,
    '',
    table(figures),
  ].join('\n')
  say(`\n${text}\n`)
  if (isQuick) say('A quick run: its figures are noise, and bench/README.md stays as it is.')
  else if (options.solo !== undefined) say('Not all of it: bench/README.md stays as it is.')
  else {
    await keep(text)
    if (!figures.every(isMet)) process.exitCode = 1
  }
} catch (error) {
  // What a signal took away fails in the middle of its work, which is nobody's fault.
  if (!interrupted) throw error
} finally {
  await (interrupted ?? disposeAll())
}
