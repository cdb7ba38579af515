// Many who write on one contract at once: one chain, without a fork and without a hole, and nothing in it that did not
// happen.
import { createHash } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { become } from './support.ts'
import { makeContrato, makeWorld, type World } from './world.ts'

const pool = new pg.Pool({ connectionString: inject('stack').databaseUrl, max: 20 })
let mundo: World
beforeAll(async () => {
  const client = await pool.connect()
  mundo = await makeWorld(client)
  client.release()
})
afterAll(() => pool.end())

const nuevo = async () => {
  const client = await pool.connect()
  try {
    return await makeContrato(client, mundo.empresas.agroarriba, mundo.empresas.centro)
  } finally {
    client.release()
  }
}

/** Works as a person in a transaction that ends as told. */
async function escribir(work: (client: pg.PoolClient) => Promise<unknown>, end: 'commit' | 'rollback') {
  const client = await pool.connect()
  try {
    await client.query('begin')
    await become(client, 'celia_centro', mundo)
    await work(client)
  } finally {
    await client.query(end)
    client.release()
  }
}

async function cadena(id: string) {
  const { rows } = await pool.query(
    'select n, objeto, tipo, canonico, previo, hash from privado.evidencias where cadena = $1 order by n',
    [id],
  )
  let previo = Buffer.alloc(32)
  for (const [i, row] of rows.entries()) {
    expect([Number(row.n), row.previo]).toEqual([i + 1, previo])
    expect(createHash('sha256').update(previo).update(row.canonico).digest()).toEqual(row.hash)
    previo = row.hash
  }
  const head = await pool.query('select n, hash from privado.evidencias_cabezas where cadena = $1', [id])
  expect(head.rows).toEqual([{ n: String(rows.length), hash: previo }])
  return rows
}

test('500 que escriben, uno de cada cinco se deshace', async () => {
  const { id } = await nuevo()
  const writers = Array.from({ length: 500 }, (_, i) =>
    escribir(
      (client) =>
        client.query(
          'insert into public.lotes_asociados (contrato_id, codigo_lote, peso_qq, humedad) values ($1, $2, 10, 7)',
          [id, `L-${i}`],
        ),
      i % 5 === 0 ? 'rollback' : 'commit',
    ),
  )
  await Promise.all(writers)
  const told = (await cadena(id)).filter(({ tipo }) => tipo === 'lote.registrado').map(({ objeto }) => objeto)
  const { rows } = await pool.query(
    `select 'lote/' || id as objeto from public.lotes_asociados where contrato_id = $1`,
    [id],
  )
  expect(told).toHaveLength(400)
  expect([...told].sort()).toEqual(rows.map(({ objeto }) => objeto).sort())
})

test('50 que hacen cosas distintas en un contrato, y ninguno se traba con otro', async () => {
  const { id } = await nuevo()
  await pool.query(
    'insert into public.lotes_asociados (contrato_id, peso_qq, humedad) select $1, 10, 7 from generate_series(1, 50)',
    [id],
  )
  const { rows: lotes } = await pool.query(
    'select id from public.lotes_asociados where contrato_id = $1 order by id',
    [id],
  )
  const works = lotes.map((lote, i) => async (client: pg.PoolClient) => {
    const mover = () =>
      client.query(`update public.lotes_asociados set estado = 'Recibido' where id = $1`, [lote.id])
    const decir = () =>
      client.query('insert into public.mensajes (contrato_id, texto) values ($1, $2)', [id, `dice ${i}`])
    const observar = () =>
      client.query('update public.contratos set observaciones = $2 where id = $1', [id, `nota ${i}`])
    // Each in another order.
    const all = [mover, decir, observar]
    for (let k = 0; k < 3; k++) await all[(i + k) % 3]!()
  })
  await Promise.all(works.map((work) => escribir(work, 'commit')))
  const tipos = (await cadena(id)).map(({ tipo }) => tipo)
  expect(tipos.filter((tipo) => tipo === 'lote.recibido')).toHaveLength(50)
  expect(tipos.filter((tipo) => tipo === 'contrato.cambiado')).toHaveLength(50)
})

test('lo que se dice entra una vez, aunque dos lo resuman a la vez y lleguen mensajes mientras', async () => {
  const { id } = await nuevo()
  await escribir(
    (client) =>
      client.query(
        `insert into public.mensajes (contrato_id, texto) select $1, 'dice ' || i from generate_series(1, 450) as i`,
        [id],
      ),
    'commit',
  )
  // They are of a minute that has ended: what ends a minute is the clock, so the hour of what was said is put back.
  const url = Object.assign(new URL(inject('stack').databaseUrl), { username: 'supabase_admin' })
  const admin = new pg.Client({ connectionString: url.href })
  await admin.connect()
  await admin.query(`set session_replication_role = replica`)
  await admin.query(
    `update public.mensajes set creado_en = creado_en - interval '2 minutes' where contrato_id = $1`,
    [id],
  )
  await admin.end()
  const digest = () => pool.query('select privado.resumir_mensajes($1) as n', [id])
  const done = await Promise.all([
    digest(),
    digest(),
    digest(),
    escribir(
      (client) => client.query(`insert into public.mensajes (contrato_id, texto) values ($1, 'más')`, [id]),
      'commit',
    ),
  ])
  expect(
    done
      .slice(0, 3)
      .map((r) => Number(r!.rows[0].n))
      .sort(),
  ).toEqual([0, 0, 451])
  const told = (await cadena(id))
    .filter(({ tipo }) => tipo === 'mensajes.resumen')
    .flatMap(({ canonico }) => JSON.parse(canonico).datos.mensajes.map(([m]: [number]) => m))
  expect(new Set(told).size).toBe(told.length)
  expect(told).toHaveLength(451)
})
