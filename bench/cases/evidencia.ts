import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { type Case, type Figure, inMs, perSecond } from '../lib/case.ts'
import { alternate, latency } from '../lib/measure.ts'
import { residentBytes } from '../lib/process.ts'
import type { Subject } from '../lib/subject.ts'

const VERIFIER = new URL('../../scripts/verificar.ts', import.meta.url).pathname
// Of user and system time, as Linux counts it.
const TICKS_A_SECOND = 100
const MIB = 2 ** 20

async function withClient<T>({ running }: Subject, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: running.stack.databaseUrl })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/** What writes the chains of contracts, and nothing else. */
const CHAINING = `select format('alter table %s %%s trigger %I;', t.tgrelid::regclass, t.tgname) as sql
  from pg_trigger t join pg_proc p on p.oid = t.tgfoid
  where p.proname ~ '^(encadenar_|abrir_evidencia)' and t.tgrelid = any ($1::regclass[]) order by 1`

const CONTRACT_TABLES = [
  'public.contratos',
  'public.contratos_precios',
  'public.contratos_participantes',
  'public.contratos_versiones',
]

const INSERT_CONTRACT = {
  name: 'bench_contract',
  text: `insert into public.contratos (exportadora_id, contraparte_id, volumen_tm, estado)
    select e.id, c.id, 10, 'Activo' from public.empresas e, public.empresas c
    where e.nombre = 'Agroarriba' and c.nombre = 'Centro Triboka'`,
}

/** The same insert with its evidence and without: one statement after another, by one connection. */
async function against(
  client: pg.Client,
  rounds: number,
  what: string,
  tables: string[],
  target: { atMost: number },
  turn: () => Promise<number>,
): Promise<Figure> {
  const { rows } = await client.query<{ sql: string }>(CHAINING, [tables])
  const chains = (how: 'enable' | 'disable') =>
    client.query(rows.map(({ sql }) => sql.replace('%s', how)).join('\n'))
  const { a, b, ratio } = await alternate(rounds, turn, async () => {
    await chains('disable')
    try {
      return await turn()
    } finally {
      await chains('enable')
    }
  })
  return {
    what: `${what} with its evidence, against the same without`,
    a: inMs(a),
    b: inMs(b),
    value: ratio,
    unit: '',
    target,
  }
}

/** What the chains cost whoever writes. */
export const evidenceCost: Case = async ({ small }, { rounds, inserts }) =>
  withClient(small, async (client) => {
    const { rows } = await client.query('select id from public.contratos where codigo = $1', [small.codes[3]])
    const times = Math.ceil(inserts / 5)
    return [
      await against(
        client,
        rounds,
        'A document',
        ['public.documentos_contrato'],
        { atMost: 1.25 },
        async () => {
          const names = Array.from({ length: times }, () => `${small.codes[3]}/${randomUUID()}.pdf`)
          await client.query(
            `insert into storage.objects (bucket_id, name, metadata)
             select 'documentos', n, '{"size": 1, "mimetype": "application/pdf"}' from unnest($1::text[]) as n`,
            [names],
          )
          return latency(times, (n) =>
            client.query({
              name: 'bench_document',
              text: `insert into public.documentos_contrato (contrato_id, tipo, nombre_archivo, url_archivo) values ($1, 'otro', 'x.pdf', $2)`,
              values: [rows[0].id, `documentos/${names[n]}`],
            }),
          )
        },
      ),
      await against(client, rounds, 'A contract', CONTRACT_TABLES, { atMost: 1.2 }, () =>
        latency(times, () => client.query(INSERT_CONTRACT)),
      ),
    ]
  })

/** $1 contracts in their order, from which, $2 to which: each of their rows told twice, as rows that changed are. */
const TELL = `select privado.encadenar(array_agg((f.cadena, 'fila.contada', f.objeto, '{"fila":' || f.fila || '}')
    ::privado.evidencia_nueva order by f.cadena, k, f.objeto))
  from generate_series(1, 2) as k cross join privado.filas_de_contrato(array(
    select c.id from public.contratos c order by c.id offset $1 limit $2)) as f`

async function tell(subject: Subject, contracts: [number, number]): Promise<void> {
  await withClient(subject, async (client) => {
    // What the demo and the fill began is told as it is now.
    await client.query('select privado.evidencia_inicial()')
    for (let from = contracts[0]; from < contracts[1]; from += 500)
      await client.query(TELL, [from, Math.min(500, contracts[1] - from)])
    await client.query('vacuum (analyze) privado.evidencias, privado.evidencias_cabezas')
  })
}

/** The most memory that a process held, and the processor time that it took, until it ended. */
async function watched(child: ChildProcess): Promise<{ bytes: number; cpu: number }> {
  const seen = { bytes: 0, cpu: 0 }
  const ended = once(child, 'exit')
  while (child.exitCode === null) {
    seen.bytes = Math.max(seen.bytes, (await residentBytes(child.pid!, 'VmHWM').catch(() => 0)) || 0)
    const stat = await readFile(`/proc/${child.pid}/stat`, 'utf8').catch(() => '')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    seen.cpu = Math.max(seen.cpu, (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND || 0)
    await Promise.race([ended, sleep(20)])
  }
  return seen
}

/** npm run verificar over all there is, as whoever runs it does. */
async function verify({ running }: Subject) {
  const child = spawn(process.execPath, [VERIFIER, '--sin-papeles'], {
    env: { ...process.env, ...running.env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  child.stdout.on('data', (chunk) => {
    said += chunk
  })
  const { bytes, cpu } = await watched(child)
  const [, evidences, seconds] =
    /(\d+) evidencias de \d+ cadenas y .* en ([\d.]+) s: todo cuadra/.exec(said) ?? []
  if (!evidences) throw new Error(`The verification did not hold: ${said.slice(-500)}`)
  return { evidences: Number(evidences), rate: Number(evidences) / Number(seconds), bytes, cpu }
}

/**
 * How fast the real verifier goes, and that its memory is that of any number of evidences.
 * @param start a stack of so many contracts, of its own: there is nothing in it but what is verified.
 * @param sizes contracts, of which each has 20 evidences or so.
 */
export const verification =
  (start: (contracts: number) => Promise<Subject>, [few, many]: readonly [number, number]): Case =>
  async () => {
    const subject = await start(few)
    await tell(subject, [0, few])
    const first = await verify(subject)
    await subject.grow(many, () => {})
    await tell(subject, [few, many])
    const second = await verify(subject)
    const each = (second.cpu / second.evidences) * 1e6
    return [
      {
        what: `npm run verificar over ${second.evidences} evidences; processor time of its process for each`,
        a: perSecond(second.rate),
        b: `${each.toFixed(1)} µs`,
        value: second.rate,
        unit: '',
        target: { atLeast: 20_000 },
      },
      {
        what: `Most memory of npm run verificar over ${second.evidences} evidences, against over ${first.evidences}`,
        a: `${Math.round(second.bytes / MIB)} MiB`,
        b: `${Math.round(first.bytes / MIB)} MiB`,
        value: second.bytes / first.bytes,
        unit: '',
        target: { atMost: 1.15 },
      },
    ]
  }
