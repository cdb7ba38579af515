import { setTimeout as sleep } from 'node:timers/promises'
import { connected, query } from '../support/sql.ts'

const SCHEMA = `
  create table public.carga_hechos (escritor int, n int, relleno text, primary key (escritor, n));
  create table public.carga_espejo (escritor int, n int, primary key (escritor, n));`

// Not compressible, so that the log grows by what is written.
const WRITE = `
  with relleno as (
    select string_agg(md5(random()::text), '') as texto from generate_series(1, 1024))
  insert into public.carga_hechos select $1, $2, texto from relleno`
const MIRROR = 'insert into public.carga_espejo values ($1, $2)'

/** Writers that never stop: each transaction writes a row here and its mirror there, numbered without gaps. */
export async function startLoad(url: string, writers = 2) {
  await query(url, SCHEMA)
  const acknowledged = new Array<number>(writers).fill(0)
  let isOver = false

  const write = async (writer: number) => {
    await connected(url, async (client) => {
      for (let n = 1; !isOver; n++) {
        await client.query('begin')
        await client.query(WRITE, [writer, n])
        await client.query(MIRROR, [writer, n])
        await client.query('commit')
        acknowledged[writer] = n
        await sleep(5)
      }
    })
  }
  // Each lets go of the log before it, but for what a slot keeps.
  const checkpoints = async () => {
    await connected(url, async (admin) => {
      while (!isOver) {
        await admin.query('checkpoint')
        await sleep(300)
      }
    })
  }
  const work = Promise.all([checkpoints(), ...acknowledged.map((_, writer) => write(writer))])
  return {
    /** The last number of each writer whose commit was answered. */
    acknowledged: () => [...acknowledged],
    async stop() {
      isOver = true
      await work
    },
  }
}

/** What is left of the load in a restored database. */
export function readLoad(url: string) {
  return query<{
    escritor: number
    filas: number
    ultimo: number
    espejo: number
    bien: boolean
  }>(
    url,
    `
    select h.escritor, count(*)::int as filas, max(h.n) as ultimo,
      (select count(*)::int from public.carga_espejo e where e.escritor = h.escritor) as espejo,
      bool_and(length(h.relleno) = 32768) as bien
    from public.carga_hechos h group by h.escritor order by h.escritor`,
  )
}
