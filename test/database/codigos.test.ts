import pg from 'pg'
import { afterAll, describe, expect, inject, test } from 'vitest'
import { become, connect, expectConstraint, withUserDb } from './support.ts'
import { makeWorld, type World } from './world.ts'

const pool = new pg.Pool({ connectionString: inject('stack').databaseUrl, max: 25 })
afterAll(() => pool.end())

const INSERT = `insert into public.contratos (exportadora_id, contraparte_id, volumen_tm, creado_en)
  values ($1, $2, $3, make_timestamptz($4, 3, 1, 12, 0, 0, 'America/Guayaquil')) returning codigo`

const codigosDe = (anio: number, desde: number, cuantos: number) =>
  Array.from({ length: cuantos }, (_, i) => `CT-${anio}-${String(desde + i).padStart(5, '0')}`)

/** A year whose series nobody began. */
const anioSinUsar = async () =>
  (
    await pool.query<{ anio: number }>(
      `select coalesce(max(anio), 9000) + 1 as anio from privado.contadores where anio > 9000`,
    )
  ).rows[0]!.anio

/** Companies and people that stay in the test database. */
async function mundoPropio(): Promise<World> {
  const client = await connect()
  try {
    return await makeWorld(client)
  } finally {
    await client.end()
  }
}

describe('el código de un contrato', () => {
  test('lleva el año de Guayaquil, no el de Greenwich', () =>
    withUserDb('sistema', async (db) => {
      const { agroarriba, centro } = db.mundo.empresas
      const anio = await anioSinUsar()
      const crear = async (creadoEn: string) =>
        (
          await db.query<{ codigo: string }>(
            `insert into public.contratos (exportadora_id, contraparte_id, volumen_tm, creado_en)
             values ($1, $2, 1, $3) returning codigo`,
            [agroarriba, centro, creadoEn],
          )
        )[0]!.codigo
      expect(await crear(`${anio}-01-01T04:59:59Z`)).toMatch(`CT-${anio - 1}-`)
      expect(await crear(`${anio}-01-01T05:00:00Z`)).toBe(`CT-${anio}-00001`)
    }))

  test('crece más allá de 99999', () =>
    withUserDb('sistema', async (db) => {
      const anio = await anioSinUsar()
      await db.query(`insert into privado.contadores values ('contratos', $1, 99998)`, [anio])
      const { agroarriba, centro } = db.mundo.empresas
      const rows = [
        await db.query(INSERT, [agroarriba, centro, 1, anio]),
        await db.query(INSERT, [agroarriba, centro, 1, anio]),
      ].flat()
      expect(rows.map((row) => row.codigo)).toEqual([`CT-${anio}-99999`, `CT-${anio}-100000`])
    }))

  test('ningún rol de la API lo da', () =>
    withUserDb('ana_agroarriba', async (db) => {
      const sql = `insert into public.contratos (codigo, contraparte_id, volumen_tm) values ('CT-2020-00001', $1, 1)`
      await expect(db.query(sql, [db.mundo.empresas.centro])).rejects.toMatchObject({ code: '42501' })
      await db.como('sistema')
      await db.client.query('set local role service_role')
      await expect(db.query(sql, [db.mundo.empresas.centro])).rejects.toMatchObject({ code: '42501' })
    }))

  test('una carga masiva reserva sus números y la serie sigue después', () =>
    withUserDb('sistema', async (db) => {
      const anio = await anioSinUsar()
      const { agroarriba, centro } = db.mundo.empresas
      const rows = await db.query<{ codigo: string }>(
        `insert into public.contratos (codigo, exportadora_id, contraparte_id, volumen_tm)
         select privado.codigo_contrato($3, primero + i), $1, $2, 1
         from privado.siguiente_numero('contratos', $3, 3) as primero, generate_series(0, 2) as i returning codigo`,
        [agroarriba, centro, anio],
      )
      expect(rows.map((row) => row.codigo)).toEqual(codigosDe(anio, 1, 3))
      expect(await db.query(INSERT, [agroarriba, centro, 1, anio])).toEqual([{ codigo: `CT-${anio}-00004` }])
    }))

  test('un código mal formado o repetido no entra ni por mano del dueño', () =>
    withUserDb('sistema', async (db) => {
      const { agroarriba, centro } = db.mundo.empresas
      const sql =
        'insert into public.contratos (codigo, exportadora_id, contraparte_id, volumen_tm) values ($3, $1, $2, 1)'
      await expectConstraint(db.query(sql, [agroarriba, centro, 'X-1']), 'contratos_codigo_valido')
      await expectConstraint(
        db.query(sql, [agroarriba, centro, db.mundo.contrato.codigo]),
        'contratos_codigo_key',
      )
    }))
})

describe('a la vez', () => {
  test('50 contratos en paralelo, y otros 50 que fallan entre ellos, no dejan huecos ni repiten', async () => {
    const { empresas } = await mundoPropio()
    const anio = await anioSinUsar()
    const intentos = Array.from({ length: 100 }, (_, i) =>
      // Every second one breaks a rule that is checked after the code was assigned.
      pool.query<{ codigo: string }>(INSERT, [empresas.agroarriba, empresas.centro, i % 2 ? -1 : 10, anio]),
    )
    const resultados = await Promise.allSettled(intentos)
    const codigos = resultados.flatMap((r) => (r.status === 'fulfilled' ? [r.value.rows[0]!.codigo] : []))
    expect(codigos.sort()).toEqual(codigosDe(anio, 1, 50))
  })

  test('una transacción que se deshace devuelve su número al que esperaba', async () => {
    const { empresas } = await mundoPropio()
    const anio = await anioSinUsar()
    const primera = await pool.connect()
    try {
      await primera.query('begin')
      await primera.query(INSERT, [empresas.agroarriba, empresas.centro, 1, anio])
      const espera = pool.query(INSERT, [empresas.agroarriba, empresas.centro, 1, anio])
      await primera.query('rollback')
      expect((await espera).rows).toEqual([{ codigo: `CT-${anio}-00001` }])
    } finally {
      primera.release()
    }
  })

  test('usuarios de varias empresas creando a la vez reciben códigos distintos y seguidos', async () => {
    const mundo = await mundoPropio()
    const crear = async (quien: 'ana_agroarriba' | 'rosa_rival') => {
      const client = await pool.connect()
      try {
        await client.query('begin')
        await become(client, quien, mundo)
        const { rows } = await client.query(
          'select codigo from public.crear_contrato(contraparte_id => $1, volumen_tm => 5)',
          [quien === 'ana_agroarriba' ? mundo.empresas.centro : mundo.empresas.centro_rival],
        )
        await client.query('commit')
        return Number(rows[0].codigo.slice(8))
      } finally {
        client.release()
      }
    }
    const numeros = await Promise.all(
      Array.from({ length: 30 }, (_, i) => crear(i % 2 ? 'ana_agroarriba' : 'rosa_rival')),
    )
    // Other tests may create contracts of this year in between.
    expect(new Set(numeros).size).toBe(30)
  })
})
