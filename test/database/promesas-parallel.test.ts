import pg from 'pg'
import { afterAll, describe, expect, inject, test } from 'vitest'
import { makeGrafo, registrar } from './grafo.ts'
import { become, connect } from './support.ts'
import { makeContrato, makeWorld, type Persona, type World } from './world.ts'

describe('a la vez', () => {
  const pool = new pg.Pool({ connectionString: inject('stack').databaseUrl, max: 12 })
  afterAll(() => pool.end())

  /** Runs one thing in a transaction of its own, as somebody. @returns null, or the key of what refused it. */
  async function como(
    mundo: World,
    quien: Persona,
    nivel: string,
    work: (client: pg.PoolClient) => Promise<unknown>,
  ): Promise<string | null> {
    const client = await pool.connect()
    try {
      await client.query(`begin isolation level ${nivel}`)
      await become(client, quien, mundo)
      await work(client)
      await client.query('commit')
      return null
    } catch (error) {
      await client.query('rollback')
      const { code, message } = error as pg.DatabaseError
      return code === '40001' ? code : message
    } finally {
      client.release()
    }
  }

  /** A committed world whose exporter has a lot of so many kilos. */
  async function conLote(kg: number) {
    const client = await connect()
    const mundo = await makeWorld(client)
    await client.query('begin')
    const { centro } = await makeGrafo(client, mundo)
    await become(client, 'ana_agroarriba', mundo)
    const { lotes } = await registrar(
      async (sql, params) => (await client.query(sql, params)).rows,
      'recibir',
      {
        centro_id: centro,
        salidas: [{ kg, condicion: 'seco', humedad_pct: 7 }],
      },
    )
    await become(client, 'sistema', mundo)
    await client.query('commit')
    return { client, mundo, lote: lotes[0]!.id }
  }

  test.each(['read committed', 'repeatable read'])(
    'cuarenta que prometen 50 kg de un lote de 1000: veinte, ni una más, en %s',
    async (nivel) => {
      const { client, mundo, lote } = await conLote(1000)
      const intento = () =>
        como(mundo, 'ana_agroarriba', nivel, (c) =>
          c.query('insert into public.lotes_asociados (contrato_id, lote_id, lote_kg) values ($1, $2, 50)', [
            mundo.contrato.id,
            lote,
          ]),
        )
      let quedan = 40
      for (let vuelta = 0; quedan > 0 && vuelta < 60; vuelta++) {
        const fallas = await Promise.all(Array.from({ length: quedan }, intento))
        // Who did not see what another did tries again.
        quedan = fallas.filter((falla) => falla === '40001').length
        expect(new Set(fallas)).not.toContain('deadlock detected')
      }
      const { rows } = await client.query(
        'select sum(kg)::float8 as kg, count(*)::int as n from privado.promesas where lote_id = $1',
        [lote],
      )
      expect(rows).toEqual([{ kg: 1000, n: 20 }])
      await client.end()
    },
    60_000,
  )

  test('prometer, mezclar, dividir y embarcar a la vez: nadie se espera en cruz y todo cuadra', async () => {
    const { client, mundo, lote } = await conLote(60_000)
    const otro = await makeContrato(client, mundo.empresas.agroarriba, mundo.empresas.centro, {
      estado: 'Activo',
    })
    const contratos = [mundo.contrato.id, otro.id]
    const azar = (n: number) => Math.floor(Math.random() * n)
    const vivos = async (c: pg.PoolClient, n: number) => {
      const { rows } = await c.query<{ id: string; kg: string }>(
        `select l.id, public.saldo_kg(l) as kg from public.lotes l
           where public.saldo_kg(l) > 100 and not l.embarcado and l.condicion = 'seco' order by random() limit $1`,
        [n],
      )
      return rows
    }
    const consulta = (c: pg.PoolClient) => async (sql: string, params?: unknown[]) =>
      (await c.query(sql, params)).rows
    const ordenes = [
      async (c: pg.PoolClient) =>
        c.query(
          'insert into public.lotes_asociados (contrato_id, lote_id, lote_kg) values ($1, $2, $3), ($1, $4, $3)',
          [
            contratos[azar(2)],
            (await vivos(c, 1))[0]?.id ?? lote,
            50 + azar(200),
            (await vivos(c, 1))[0]?.id ?? lote,
          ],
        ),
      async (c: pg.PoolClient) =>
        registrar(consulta(c), 'mezclar', {
          entradas: (await vivos(c, 3)).map(({ id }) => ({ lote: id, kg: 40 + azar(60) })),
        }),
      async (c: pg.PoolClient) => {
        const [uno] = await vivos(c, 1)
        await registrar(consulta(c), 'dividir', {
          entradas: [{ lote: uno!.id, kg: 90 }],
          salidas: [{ kg: 30.001 }, { kg: 59.999 }],
        })
      },
      async (c: pg.PoolClient) =>
        registrar(consulta(c), 'embarcar', {
          entradas: (await vivos(c, 2)).map(({ id }) => ({ lote: id, kg: 30 + azar(70) })),
          contrato_id: contratos[azar(2)]!,
        }),
    ]
    const fallas = new Map<string, number>()
    let hechas = 0
    const escribir = async () => {
      for (let n = 0; n < 15; n++) {
        const falla = await como(mundo, 'ana_agroarriba', 'read committed', ordenes[azar(4)]!)
        if (falla === null) hechas++
        else fallas.set(falla, (fallas.get(falla) ?? 0) + 1)
      }
    }
    await Promise.all(Array.from({ length: 8 }, escribir))
    // Refused by what another did before, and by nothing else.
    const reglas = [
      'lote_sin_saldo_libre',
      'saldo_insuficiente',
      'lote_prometido',
      'lote_ocupado',
      'contrato_cerrado',
      'entradas_de_mas_o_de_menos',
    ]
    expect([...fallas.keys()].filter((falla) => !reglas.includes(falla))).toEqual([])
    expect(hechas).toBeGreaterThan(30)
    const { rows } = await client.query(
      `select p.lote_id from privado.promesas p join privado.saldos s on s.lote_id = p.lote_id join public.lotes l on l.id = p.lote_id
         where l.empresa_id = $1 and not l.embarcado group by p.lote_id, s.kg having sum(p.kg) > s.kg
         union all
         select l.id from public.lotes l join privado.saldos s on s.lote_id = l.id
         where l.empresa_id = $1 and s.kg <> l.kg - coalesce((select sum(c.kg) from public.consumos c where c.lote_id = l.id), 0)`,
      [mundo.empresas.agroarriba],
    )
    expect(rows).toEqual([])
    await client.end()
  }, 60_000)
})
