// A database as who administers it has it, with a cluster of its own: what is done to its tables holds up nobody else.
// Each test has one transaction, which is rolled back.
import pg from 'pg'
import { afterAll, beforeAll } from 'vitest'
import type { Caller } from '../../server/db/types.ts'
import { enPalabras } from '../../server/evidencia/todo.ts'
import { verificarCadenas } from '../../server/evidencia/verificar.ts'
import { databaseUrl } from '../../supabase/local/postgres/bootstrap.ts'
import { SUPERUSER } from '../../supabase/local/postgres/cluster.ts'
import { migrate } from '../../supabase/local/postgres/migrate.ts'
import { withTemporaryCluster } from '../../supabase/local/postgres/temporary.ts'
import { makeGrafo } from './grafo.ts'
import { become } from './support.ts'
import { makeWorld, type World } from './world.ts'

export interface Casa {
  mundo: World
  client: pg.Client
  /** The same, as the server asks: its queries have names. */
  db: Caller
  /** Changes rows as a superuser with no trigger. */
  altera(sql: string, params?: unknown[]): Promise<void>
}

let url: string
/** Gives the tests of a file a cluster of their own. */
export function useCluster(): void {
  const end = Promise.withResolvers<void>()
  let running: Promise<void>
  beforeAll(async () => {
    const ready = Promise.withResolvers<void>()
    running = withTemporaryCluster(async (db) => {
      await migrate(databaseUrl(db, 'postgres'))
      url = databaseUrl(db, SUPERUSER)
      ready.resolve()
      await end.promise
    })
    await Promise.race([ready.promise, running])
  })
  afterAll(async () => {
    end.resolve()
    await running
  })
}

/** Opens a world with a contract that has a bit of everything, and rolls everything back. */
export async function withCasa(work: (casa: Casa) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query('begin')
    await client.query('set local role postgres')
    const mundo = await makeWorld(client)
    await fill(client, mundo)
    await client.query('reset role')
    await work({
      mundo,
      client,
      db: {
        query: async (query, params = []) =>
          (await client.query(typeof query === 'string' ? query : query.text, params)).rows as never,
      },
      async altera(sql, params) {
        await client.query('set local session_replication_role = replica')
        await client.query(sql, params)
        await client.query('set local session_replication_role = origin')
      },
    })
  } finally {
    await client.query('rollback')
    await client.end()
  }
}

/** Fixings, a reopening, what was said a while ago, a parameter and a price of the centre. */
async function fill(client: pg.Client, mundo: World) {
  const { contrato, lote, documento } = mundo
  const run = (sql: string, params: unknown[] = []) => client.query(sql, params)
  await run(
    `update public.contratos set modalidad_precio = 'por fijar', observaciones = 'Trata Juan' where id = $1`,
    [contrato.id],
  )
  await run(
    'insert into public.fijaciones (contrato_id, tm, ny, diferencial) values ($1, 2.5, 8000, -120.50)',
    [contrato.id],
  )
  await run('select privado.anotar_revision($1, $2, $3)', [documento, 'ab'.repeat(32), 'application/pdf'])
  await run(`update public.lotes_asociados set estado = 'Exportado' where id = $1`, [lote])
  await run(`insert into public.contratos_reaperturas (contrato_id, motivo) values ($1, 'Falta un lote')`, [
    contrato.id,
  ])
  await become(client, 'celia_centro', mundo)
  await run(
    `insert into public.parametros (tipo, valor, desde) values ('saco', '{"kg": 69.50}', '2026-01-01')`,
  )
  await run(`insert into public.precios_fob (fecha, calidad, precio_tm) values ('2026-01-01', 'ASE', 8000)`)
  await run('select public.proponer_enmienda($1, $2, $3)', [
    contrato.id,
    '{"volumen_tm": "210.50"}',
    'Un camión más',
  ])
  const { recibido } = await makeGrafo(client, mundo)
  await become(client, 'ana_agroarriba', mundo)
  await run('select public.proponer_ajuste($1, 59.5, $2)', [recibido, 'Conteo'])
  await run('select public.retener_lote($1, $2)', [recibido, 'Por analizar'])
  await become(client, 'sistema', mundo)
  await client.query('reset role')
  // The minute of what was said has ended.
  await run(`set local session_replication_role = replica`)
  await run(
    `update public.mensajes set creado_en = date_trunc('minute', creado_en) - interval '2 minutes' where contrato_id = $1`,
    [contrato.id],
  )
  await run(`set local session_replication_role = origin`)
  await run('select privado.resumir_mensajes($1)', [contrato.id])
}

/** What does not hold in the chains of this world, in words without their ids; other tests have theirs. */
export async function fallas({ db, mundo }: Casa): Promise<string[]> {
  const own = new Set([mundo.contrato.id, ...Object.values(mundo.empresas).map((id) => `-${id}`)])
  const found: string[] = []
  await verificarCadenas(db, (falla) => {
    if (own.has(falla.cadena)) found.push(enPalabras(falla).replace(/^\S+ \d+: /, ''))
  })
  return found.sort()
}
