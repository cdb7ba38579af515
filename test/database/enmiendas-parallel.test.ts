import pg from 'pg'
import { afterAll, expect, inject, test } from 'vitest'
import { terminos } from './enmiendas.ts'
import { become, connect } from './support.ts'
import { makeWorld, type World } from './world.ts'

const pool = new pg.Pool({ connectionString: inject('stack').databaseUrl, max: 20 })
afterAll(() => pool.end())

async function mundoNuevo(): Promise<World> {
  const client = await connect()
  const mundo = await makeWorld(client)
  await client.end()
  return mundo
}

/**
 * One statement of a person, in a transaction of its own, again while it cannot be serialized: the worker that reads the
 * papers writes on the chain of the same contract meanwhile. @returns its row, or the key of its refusal.
 */
async function como(...args: Parameters<typeof intentar>): ReturnType<typeof intentar> {
  return (await intentar(...args)) ?? como(...args)
}

async function intentar(
  mundo: World,
  quien: Parameters<typeof become>[1],
  sql: string,
  params: unknown[],
  nivel = 'read committed',
): Promise<ReturnType<typeof JSON.parse>> {
  const client = await pool.connect()
  try {
    await client.query(`begin isolation level ${nivel}`)
    await become(client, quien, mundo)
    const { rows } = await client.query(sql, params)
    await client.query('commit')
    return rows[0]
  } catch (error) {
    await client.query('rollback')
    const { code, message } = error as pg.DatabaseError
    return code === '40001' ? null : message
  } finally {
    client.release()
  }
}

const PROPONER = 'select * from public.proponer_enmienda($1, $2)'
const RESPONDER = 'select * from public.responder_enmienda($1, $2, $3)'

async function alFinal(mundo: World) {
  const client = await connect()
  const final = await terminos(client, mundo.contrato.id)
  const { rows } = await client.query('select estado from public.enmiendas where contrato_id = $1', [
    mundo.contrato.id,
  ])
  await client.end()
  return { ...final, enmiendas: rows.map(({ estado }) => estado) }
}

test.each(['read committed', 'repeatable read'])(
  'veinte propuestas a la vez de las dos partes son una, en %s',
  async (nivel) => {
    const mundo = await mundoNuevo()
    const dichas = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        como(
          mundo,
          i % 2 ? 'ana_agroarriba' : 'celia_centro',
          PROPONER,
          [mundo.contrato.id, `{"volumen_tm": ${300 + i}}`],
          nivel,
        ),
      ),
    )
    expect(dichas.filter((dicha) => typeof dicha === 'object')).toHaveLength(1)
    const refusals = new Set(dichas.filter((dicha) => typeof dicha === 'string'))
    refusals.delete('enmienda_pendiente')
    for (const refusal of refusals) expect(refusal).toMatch(/enmiendas_(abierta|n)_key/)
    expect((await alFinal(mundo)).enmiendas).toEqual(['propuesta'])
  },
)

test('aceptada, rechazada y retirada a la vez, pasa una sola cosa', async () => {
  const mundo = await mundoNuevo()
  const propuesta = await como(mundo, 'celia_centro', PROPONER, [mundo.contrato.id, '{"volumen_tm": 300}'])
  const dichas = await Promise.all(
    Array.from({ length: 18 }, (_, i) =>
      i % 3 === 2
        ? como(mundo, 'celia_centro', 'select * from public.retirar_enmienda($1)', [propuesta.id])
        : como(mundo, 'ana_agroarriba', RESPONDER, [propuesta.id, i % 3 === 0, 'No']),
    ),
  )
  const [hecha, ...otras] = dichas.filter((dicha) => typeof dicha === 'object')
  expect(otras).toEqual([])
  expect(new Set(dichas.filter((dicha) => typeof dicha === 'string'))).toEqual(
    new Set(['enmienda_respondida']),
  )
  const { ahora, versiones, enmiendas } = await alFinal(mundo)
  expect(enmiendas).toEqual([hecha.estado])
  expect([ahora.volumen_tm, versiones.length]).toEqual(hecha.estado === 'aceptada' ? ['300', 2] : ['200', 1])
})

test('quien propone otra cuando una se acepta no pisa lo acordado', async () => {
  const mundo = await mundoNuevo()
  for (let ronda = 1; ronda <= 5; ronda++) {
    const propuesta = await como(mundo, 'celia_centro', PROPONER, [
      mundo.contrato.id,
      `{"volumen_tm": ${300 + ronda}}`,
    ])
    const [, otra] = await Promise.all([
      como(mundo, 'ana_agroarriba', RESPONDER, [propuesta.id, true, null]),
      como(mundo, 'ana_agroarriba', PROPONER, [mundo.contrato.id, `{"tolerancia_pct": ${ronda}}`]),
    ])
    if (typeof otra === 'object') await como(mundo, 'celia_centro', RESPONDER, [otra.id, true, null])
  }
  const { versiones, ahora } = await alFinal(mundo)
  expect(ahora.volumen_tm).toBe('305')
  expect(versiones.map(({ n }) => n)).toEqual(versiones.map((_, i) => i + 1))
  expect(versiones.at(-1).terminos).toEqual(ahora)
})

test('lo que vence no espera a quien tiene un contrato: queda para el minuto siguiente', async () => {
  const mundo = await mundoNuevo()
  const { id } = mundo.contrato
  await como(mundo, 'ana_agroarriba', PROPONER, [id, '{"volumen_tm": 111}'])
  const sistema = await connect()
  const otro = await connect()
  try {
    await sistema.query(`alter table public.enmiendas disable trigger _100_conservar`)
    await sistema.query(
      `update public.enmiendas set vence_en = now() - interval '1 minute' where contrato_id = $1`,
      [id],
    )
    await sistema.query(`alter table public.enmiendas enable trigger _100_conservar`)
    const estado = async () => (await alFinal(mundo)).enmiendas
    for (const tabla of ['contratos_precios where contrato_id', 'contratos where id']) {
      await otro.query('begin')
      await otro.query(`select 1 from public.${tabla} = $1 for no key update`, [id])
      await sistema.query(`set statement_timeout = '20s'`)
      await sistema.query('select privado.vencer_enmiendas()')
      expect(await estado()).toEqual(['propuesta'])
      await otro.query('rollback')
    }
    await sistema.query('select privado.vencer_enmiendas()')
    expect(await estado()).toEqual(['vencida'])
  } finally {
    await sistema.end()
    await otro.end()
  }
})
