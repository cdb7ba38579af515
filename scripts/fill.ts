// npm run db:fill -- --contratos 1000000: realistic contracts, lots, fixings and documents by set-based SQL, in minutes.
import { readFile } from 'node:fs/promises'
import pg from 'pg'
import { readCommandLine } from '../supabase/local/command-line.ts'
import { SetupError } from '../supabase/local/settings.ts'
import { assertLoopback } from './seed.ts'
import { findTarget, main } from './target.ts'

const COMMAND = {
  name: 'npm run db:fill',
  about: `Agrega contratos con 1 a 3 lotes y 1 a 3 documentos cada uno, y lo que se fijó de sus precios, repartidos entre los
últimos cinco años y entre las empresas: para medir y para probar en grande. Los códigos siguen de los contadores.
Los documentos no tienen archivo (etiqueta sin_archivo): descargar uno responde 404.`,
  options: {
    contratos: { value: 'n', about: 'cuántos contratos, de 1 a 10000000; hace falta' },
    empresas: { value: 'n', about: 'crea empresas hasta que haya n (200)' },
    semilla: {
      value: 'n',
      about: 'otra semilla, otros datos; con la misma, base y día salen los mismos (1)',
    },
    force: { about: 'también donde la base no es de esta máquina' },
  },
}
const BATCH = 20_000
const YEARS = 5
const TABLES = [
  'contratos',
  'contratos_precios',
  'contratos_participantes',
  'lotes_asociados',
  'documentos_contrato',
  'fijaciones',
  'contratos_versiones',
]
const SUMS = ['avances', 'kpis_celdas']
/** $1 the last contract before the batch: the terms of each are its first version. */
const VERSIONS = `insert into public.contratos_versiones (contrato_id, n, terminos, origen, propuesta_en, aceptada_en)
  select c.id, 1, privado.terminos(c), 'creacion', c.creado_en, case when c.estado <> 'En revisión' then c.creado_en end
  from public.contratos c where c.id > $1 order by c.id`
const LAST = 'select coalesce(max(id), 0) as id from public.contratos'
/** $1 the last contract before the batch: their chains, as those of contracts that were there before there were chains. */
const CHAINS = 'select privado.empezar_cadenas(array(select id from public.contratos where id > $1))'

export interface FillOptions {
  databaseUrl: string
  contratos: number
  empresas: number
  semilla: number
  /** The exporter of all of them, or of none, by its name. */
  exportadora?: { solo: string } | { sin: string }
  /** Called after every batch with the contracts added so far. */
  onProgress?: (added: number) => void
}

const readSql = (name: string) => readFile(new URL(`./fill/${name}.sql`, import.meta.url), 'utf8')

/**
 * Our rules as triggers would cost a call per row, and write the codes of the current year; the statements of
 * a batch keep the same rules themselves. Constraints and foreign keys stay on.
 */
async function withoutTriggers(client: pg.Client, work: () => Promise<unknown>): Promise<void> {
  const switchTriggers = (how: 'disable' | 'enable') =>
    TABLES.map((table) => `alter table public.${table} ${how} trigger user`).join(';')
  await client.query(`begin; ${switchTriggers('disable')}`)
  try {
    await work()
    await client.query(`${switchTriggers('enable')}; commit`)
  } catch (error) {
    await client.query('rollback')
    throw error
  }
}

/** Adds contracts, with their parties, lots and documents, batch by batch; each batch is one transaction. */
export async function fill(options: FillOptions): Promise<void> {
  const { contratos, empresas, semilla, exportadora = {}, onProgress } = options
  const [companies, contracts] = await Promise.all([readSql('companies'), readSql('contracts')])
  const client = new pg.Client({ connectionString: options.databaseUrl })
  await client.connect()
  try {
    const until = new Date()
    const since = new Date(until)
    since.setUTCFullYear(until.getUTCFullYear() - YEARS)
    for (const day of [since, until]) day.setUTCHours(0, 0, 0, 0)
    await client.query(companies, [empresas])
    for (let first = 1; first <= contratos; first += BATCH) {
      const last = Math.min(first + BATCH - 1, contratos)
      await withoutTriggers(client, async () => {
        const { rows } = await client.query(LAST)
        const batch = { primero: first, ultimo: last, total: contratos }
        await client.query(contracts, [{ ...batch, semilla, desde: since, hasta: until, ...exportadora }])
        await client.query(VERSIONS, [rows[0].id])
        await client.query(CHAINS, [rows[0].id])
        await client.query(`select privado.agregar_kpis($1::bigint + 1, (${LAST}))`, [rows[0].id])
      })
      onProgress?.(last)
    }
    // The planner needs to know what it looks at now, and index-only scans need the visibility map.
    for (const table of ['empresas', ...TABLES, ...SUMS])
      await client.query(`vacuum (analyze) public.${table}`)
  } finally {
    await client.end()
  }
}

/** Reports a rate and the time left: over itself on a terminal, line by line elsewhere. */
function progressOf(total: number): (added: number) => void {
  const started = performance.now()
  return (added) => {
    const seconds = (performance.now() - started) / 1000
    const rate = added / seconds
    const left = Math.round((total - added) / rate)
    const line = `${added} of ${total} contracts (${Math.floor((100 * added) / total)} %), ${Math.round(rate)} a second, ${left} s left`
    process.stdout.write(process.stdout.isTTY ? `\r\x1b[K${line}${added === total ? '\n' : ''}` : `${line}\n`)
  }
}

function wholeNumber(name: string, text: string, min: number, max: number): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= min && value <= max) return value
  throw new SetupError(`--${name} ${text}: give a whole number from ${min} to ${max}.`)
}

if (import.meta.main) {
  const { options } = readCommandLine(COMMAND)
  await main(async () => {
    if (!options.contratos)
      throw new SetupError('How many? npm run db:fill -- --contratos 1000000 (--help tells the rest)')
    const contratos = wholeNumber('contratos', options.contratos, 1, 10_000_000)
    const empresas = wholeNumber('empresas', options.empresas ?? '200', 10, 100_000)
    const semilla = wholeNumber('semilla', options.semilla ?? '1', 0, Number.MAX_SAFE_INTEGER)
    const env = await findTarget()
    await assertLoopback(env, options.force === true)
    await fill({
      databaseUrl: env.DATABASE_URL,
      contratos,
      empresas,
      semilla,
      onProgress: progressOf(contratos),
    })
    process.stdout.write('Done, statistics included.\n')
  })
}
