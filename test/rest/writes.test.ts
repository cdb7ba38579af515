// What an app may rely on when a write is refused: nothing of it stays, and the answer says what was wrong.
import type { SupabaseClient } from '@supabase/supabase-js'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Contract, companyId, createContract, signIn, target } from '../acceptance/support.ts'

let agroarriba: SupabaseClient
let token: string
beforeAll(async () => {
  agroarriba = await signIn('agroarriba')
  token = (await agroarriba.auth.getSession()).data.session!.access_token
})

/** A contract with lots A and B, of 7 % each. */
let contract: Contract
beforeEach(async () => {
  contract = await createContract(agroarriba)
  const lots = ['A', 'B'].map((codigo_lote) => ({
    contrato_id: contract.id,
    codigo_lote,
    peso_qq: 10,
    humedad: 7,
  }))
  expect((await agroarriba.from('lotes_asociados').insert(lots)).error).toBeNull()
})

const lots = () => agroarriba.from('lotes_asociados')
const stored = async () =>
  (await lots().select('codigo_lote, humedad').eq('contrato_id', contract.id).order('codigo_lote')).data

const UNTOUCHED = [
  { codigo_lote: 'A', humedad: 7 },
  { codigo_lote: 'B', humedad: 7 },
]

describe('un valor que rompe una regla de la tabla', () => {
  test.each([{ humedad: 101 }, { peso_qq: 0 }, { estado: 'Foo' }])(
    '%j se responde con 400 y su código de Postgres',
    async (bad) => {
      const inserted = await lots().insert({
        contrato_id: contract.id,
        codigo_lote: 'C',
        peso_qq: 1,
        humedad: 7,
        ...bad,
      })
      const updated = await lots().update(bad).eq('contrato_id', contract.id)
      for (const { status, error } of [inserted, updated]) {
        expect([400, 403, 409, 422]).toContain(status)
        expect(error!.code).toMatch(/^(23514|42501|PT\d{3})$/)
      }
      expect(await stored()).toEqual(UNTOUCHED)
    },
  )

  test('dice el mensaje de Postgres, y nada de la fila de otro', async () => {
    const { status, error } = await lots().update({ humedad: 101 }).eq('contrato_id', contract.id)
    expect(status).toBe(400)
    expect(error).toMatchObject({
      code: '23514',
      message:
        'new row for relation "lotes_asociados" violates check constraint "lotes_asociados_humedad_valida"',
      hint: null,
    })
  })

  test('también en un contrato', async () => {
    const [exportadora_id, contraparte_id] = [
      await companyId(agroarriba, 'Agroarriba'),
      await companyId(agroarriba, 'Centro Triboka'),
    ]
    const { status, error } = await agroarriba
      .from('contratos')
      .insert({ exportadora_id, contraparte_id, volumen_tm: -1 })
    expect(status).toBe(400)
    expect(error!.code).toBe('23514')
  })
})

describe('single() que encuentra varias filas no escribe ninguna', () => {
  const REFUSED = { status: 406, error: { code: 'PGRST116', details: 'The result contains 2 rows' } }

  test('un cambio', async () => {
    const answer = await lots()
      .update({ humedad: 8 })
      .eq('contrato_id', contract.id)
      .select('codigo_lote')
      .single()
    expect(answer).toMatchObject(REFUSED)
    expect(await stored()).toEqual(UNTOUCHED)
  })

  test('una inserción', async () => {
    const more = ['C', 'D'].map((codigo_lote) => ({
      contrato_id: contract.id,
      codigo_lote,
      peso_qq: 1,
      humedad: 7,
    }))
    expect(await lots().insert(more).select('codigo_lote').single()).toMatchObject(REFUSED)
    expect(await stored()).toEqual(UNTOUCHED)
  })

  test('un cambio que no encuentra ninguna', async () => {
    const answer = await lots().update({ humedad: 8 }).eq('id', -1).select('codigo_lote').single()
    expect(answer).toMatchObject({
      status: 406,
      error: { code: 'PGRST116', details: 'The result contains 0 rows' },
    })
  })
})

describe('más filas de las que se dijo', () => {
  test('max-affected deshace lo que las pasa', async () => {
    const answer = await lots().update({ humedad: 8 }).eq('contrato_id', contract.id).maxAffected(1)
    expect(answer).toMatchObject({ status: 400, error: { code: 'PGRST124' } })
    expect(await stored()).toEqual(UNTOUCHED)
  })

  test('y deja lo que no', async () => {
    const answer = await lots().update({ humedad: 8 }).eq('contrato_id', contract.id).maxAffected(2)
    expect(answer).toMatchObject({ status: 204, error: null })
    expect((await stored())!.map(({ humedad }) => humedad)).toEqual([8, 8])
  })
})

/** A request as another SDK sends it. */
const send = (path: string, prefer: string, init: RequestInit = {}) =>
  fetch(`${target.url}/rest/v1/${path}`, {
    ...init,
    headers: {
      apikey: target.key,
      Authorization: `Bearer ${token}`,
      Prefer: prefer,
      'Content-Type': 'application/json',
    },
  })

describe('lo que un cliente prefiere', () => {
  test.each(['tx=rollback', 'tx=rollback, handling=strict'])(
    '%s no se confirma ni se hace',
    async (prefer) => {
      const body = JSON.stringify({ contrato_id: contract.id, codigo_lote: 'C', peso_qq: 1, humedad: 7 })
      const answer = await send('lotes_asociados', prefer, { method: 'POST', body })
      expect(answer.status).toBe(201)
      expect(answer.headers.get('preference-applied') ?? '').not.toMatch(/tx/)
      expect(await stored()).toHaveLength(3)
    },
  )

  test('la hora de su zona', async () => {
    const path = `contratos?select=creado_en,dia:creado_en::date&id=eq.${contract.id}`
    const [utc] = await (await send(path, '')).json()
    const answer = await send(path, 'timezone=America/Guayaquil')
    const [local] = await answer.json()
    expect(answer.headers.get('preference-applied')).toBe('timezone=America/Guayaquil')
    expect(utc.creado_en).toMatch(/\+00:00$/)
    expect(local.creado_en).toMatch(/-05:00$/)
    expect(new Date(local.creado_en)).toEqual(new Date(utc.creado_en))
    expect(local.dia).toBe(local.creado_en.slice(0, 10))
  })

  test('de una zona que no existe se dice que no con handling=strict', async () => {
    const path = `contratos?select=id&id=eq.${contract.id}`
    const refused = await send(path, 'timezone=Marte/Olympus, handling=strict')
    expect(refused.status).toBe(400)
    expect(await refused.json()).toMatchObject({ code: 'PGRST122' })
    expect((await send(path, 'timezone=Marte/Olympus')).status).toBe(200)
  })
})
