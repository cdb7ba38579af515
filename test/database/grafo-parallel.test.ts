// Many at once on the same lots: no balance goes below zero, nobody waits crosswise, and codes have no holes.
import pg from 'pg'
import { afterAll, expect, inject, test } from 'vitest'
import { type Consulta, nuevoCentro, registrar } from './grafo.ts'
import { become, connect } from './support.ts'
import { makeWorld, type World } from './world.ts'

const pool = new pg.Pool({ connectionString: inject('stack').databaseUrl, max: 20 })
afterAll(() => pool.end())

/** In a transaction of Ana's own. @returns what it did, or the key of its refusal. */
async function comoAna<T>(mundo: World, work: (query: Consulta) => Promise<T>): Promise<T | string> {
  const client = await pool.connect()
  try {
    await client.query('begin')
    await become(client, 'ana_agroarriba', mundo)
    const done = await work(async (sql, params) => (await client.query(sql, params)).rows)
    await client.query('commit')
    return done
  } catch (error) {
    await client.query('rollback')
    return (error as Error).message
  } finally {
    client.release()
  }
}

async function conLotes(kilos: number[]) {
  const client = await connect()
  const mundo = await makeWorld(client)
  await client.end()
  const lotes: string[] = []
  await comoAna(mundo, async (query) => {
    const centro_id = await nuevoCentro(query)
    for (const kg of kilos) {
      const hecha = await registrar(query, 'recibir', { centro_id, salidas: [{ kg, condicion: 'seco' }] })
      lotes.push(hecha.lotes[0]!.id)
    }
  })
  return { mundo, lotes }
}

const saldos = (mundo: World) =>
  pool
    .query(
      `select l.id, s.kg::float8 as kg, l.codigo,
         (case when s.anulado then 0 else l.kg - coalesce((
           select sum(c.kg) from public.consumos c where c.lote_id = l.id
             and not exists (select from public.operaciones a where a.anula = c.operacion_id)), 0) end)::float8 as debe
       from public.lotes l join privado.saldos s on s.lote_id = l.id where l.empresa_id = $1 order by l.codigo`,
      [mundo.empresas.agroarriba],
    )
    .then(({ rows }) => rows as { id: string; kg: number; debe: number; codigo: string }[])

test('cincuenta que toman 3 kg de 100: exactamente 33, y queda 1', async () => {
  const { mundo, lotes } = await conLotes([100])
  const hechas = await Promise.all(
    Array.from({ length: 50 }, () =>
      comoAna(mundo, (query) => registrar(query, 'embarcar', { entradas: [{ lote: lotes[0]!, kg: 3 }] })),
    ),
  )
  expect(hechas.filter((hecha) => typeof hecha !== 'string')).toHaveLength(33)
  expect(hechas.filter((hecha) => hecha === 'saldo_insuficiente')).toHaveLength(17)
  const quedan = await saldos(mundo)
  expect(quedan[0]).toMatchObject({ kg: 1, debe: 1 })
  expect(quedan.map(({ codigo }) => Number(codigo.slice(8)))).toEqual(quedan.map((_, i) => i + 1))
})

test('mezclas y anulaciones en cruz: nadie se traba, y cada saldo es lo que las operaciones dicen', async () => {
  const { mundo, lotes } = await conLotes([1000, 1000, 1000, 1000])
  const hechas = await Promise.all(
    Array.from({ length: 40 }, async (_, i) => {
      const entradas = [i % 4, (i * 3 + 1) % 4].map((n) => ({ lote: lotes[n]!, kg: 1 + (i % 5) }))
      const hecha = await comoAna(mundo, (query) =>
        registrar(query, 'mezclar', { entradas: i % 2 ? entradas : entradas.reverse() }),
      )
      if (typeof hecha === 'string' || i % 3) return hecha
      // Twice at once: one of them finds it voided.
      const anulan = await Promise.all(
        [1, 2].map(() =>
          comoAna(mundo, (query) =>
            query('select public.anular_operacion($1, $2)', [hecha.operacion.id, 'Prueba']),
          ),
        ),
      )
      return anulan.filter((anulada) => typeof anulada !== 'string').length === 1 ? hecha : anulan.join()
    }),
  )
  expect(hechas.filter((hecha) => typeof hecha === 'string' && hecha !== 'entrada_repetida')).toEqual([])
  for (const { kg, debe } of await saldos(mundo)) expect(kg).toBe(debe)
})
