import pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { become } from './support.ts'
import { type Contrato, makeContrato, makeWorld, type World } from './world.ts'

const pool = new pg.Pool({ connectionString: inject('stack').databaseUrl, max: 10 })
let mundo: World
beforeAll(async () => {
  const client = await pool.connect()
  mundo = await makeWorld(client)
  client.release()
})
afterAll(() => pool.end())

/** A committed contract with lots that are all on their way. */
async function contratoConLotes(cuantos: number): Promise<{ contrato: Contrato; lotes: string[] }> {
  const client = await pool.connect()
  try {
    const contrato = await makeContrato(client, mundo.empresas.agroarriba, mundo.empresas.centro)
    const { rows } = await client.query<{ id: string }>(
      'insert into public.lotes_asociados (contrato_id, peso_qq, humedad) select $1, 10, 7 from generate_series(1, $2) returning id',
      [contrato.id, cuantos],
    )
    return { contrato, lotes: rows.map((row) => row.id) }
  } finally {
    client.release()
  }
}

/** Exports one lot as a person, in a transaction that commits; tries again when it lost against another. */
async function exportar(lote: string, aislamiento: string): Promise<void> {
  const client = await pool.connect()
  try {
    for (;;) {
      try {
        await client.query(`begin isolation level ${aislamiento}`)
        await become(client, 'celia_centro', mundo)
        await client.query(`update public.lotes_asociados set estado = 'Exportado' where id = $1`, [lote])
        await client.query('commit')
        return
      } catch (error) {
        await client.query('rollback')
        if ((error as pg.DatabaseError).code !== '40001') throw error
      }
    }
  } finally {
    client.release()
  }
}

const leer = async ({ id }: Contrato) =>
  (await pool.query('select estado, cerrado_en from public.contratos where id = $1', [id])).rows[0]

describe('el cierre, a la vez', () => {
  test.each(['read committed', 'repeatable read', 'serializable'])(
    'los últimos dos lotes exportados en el mismo instante cierran el contrato (%s)',
    async (aislamiento) => {
      for (let vez = 0; vez < 10; vez++) {
        const { contrato, lotes } = await contratoConLotes(2)
        await Promise.all(lotes.map((lote) => exportar(lote, aislamiento)))
        expect(await leer(contrato)).toEqual({ estado: 'Cerrado', cerrado_en: expect.any(Date) })
      }
    },
  )

  test('quien exporta el penúltimo y aún no confirma, hace esperar al último y lo cierra él', async () => {
    const { contrato, lotes } = await contratoConLotes(2)
    const primera = await pool.connect()
    await primera.query('begin')
    await primera.query(`update public.lotes_asociados set estado = 'Exportado' where id = $1`, [lotes[0]])
    const segunda = exportar(lotes[1]!, 'read committed')
    await primera.query('commit')
    primera.release()
    await segunda
    expect((await leer(contrato)).estado).toBe('Cerrado')
  })

  test('un lote nuevo y la exportación del último, a la vez: o entra antes de cerrar, o no entra', async () => {
    for (let vez = 0; vez < 10; vez++) {
      const { contrato, lotes } = await contratoConLotes(1)
      const [nuevo] = await Promise.allSettled([
        pool.query('insert into public.lotes_asociados (contrato_id, peso_qq, humedad) values ($1, 5, 7)', [
          contrato.id,
        ]),
        exportar(lotes[0]!, 'read committed'),
      ])
      const { estado } = await leer(contrato)
      expect(estado).toBe(nuevo.status === 'fulfilled' ? 'Activo' : 'Cerrado')
      if (nuevo.status === 'rejected') expect(nuevo.reason.message).toBe('contrato_cerrado')
    }
  })

  test('veinte lotes sin código, a la vez, se numeran sin repetir', async () => {
    const { contrato } = await contratoConLotes(0)
    await Promise.all(
      Array.from({ length: 20 }, () =>
        pool.query('insert into public.lotes_asociados (contrato_id, peso_qq, humedad) values ($1, 5, 7)', [
          contrato.id,
        ]),
      ),
    )
    const { rows } = await pool.query(
      'select codigo_lote from public.lotes_asociados where contrato_id = $1 order by codigo_lote',
      [contrato.id],
    )
    expect(rows.map((row) => row.codigo_lote)).toEqual(
      Array.from({ length: 20 }, (_, i) => `LT-${String(i + 1).padStart(4, '0')}`),
    )
  })
})
