// The price of a contract by REST: a field of the contract for the two who sign it, a null for a supplier, however it asks.
import type { SupabaseClient } from '@supabase/supabase-js'
import { beforeAll, describe, expect, test } from 'vitest'
import { target } from '../acceptance/support.ts'
import { enRevision, makeContrato, makePeople, type People, type Person } from '../api/support.ts'

let people: People
let contrato: { id: number; codigo: string }
beforeAll(async () => {
  people = await makePeople()
  contrato = await makeContrato(people, { precio_fijado_tm: '98765.4300', diferencial_tm: '-4321.50' })
})

const ask = async (
  who: Person,
  path: string,
  init: RequestInit & { headers?: Record<string, string> } = {},
) => {
  const answer = await fetch(`${target.url}/rest/v1/${path}`, {
    ...init,
    headers: {
      apikey: target.key,
      Authorization: `Bearer ${who.token}`,
      'Content-Type': 'application/json',
      ...init.headers,
    },
  })
  return { status: answer.status, range: answer.headers.get('content-range'), text: await answer.text() }
}

describe('select=codigo,precio_fijado_tm', () => {
  test('da el precio a las dos partes, con sus cifras, y null a un proveedor', async () => {
    const path = `contratos?select=precio_fijado_tm,diferencial_tm&id=eq.${contrato.id}`
    for (const who of [people.ana, people.carlos, people.teresa])
      expect((await ask(who, path)).text).toBe('[{"precio_fijado_tm":98765.4300,"diferencial_tm":-4321.50}]')
    expect((await ask(people.jose, path)).text).toBe('[{"precio_fijado_tm":null,"diferencial_tm":null}]')
    for (const who of [people.rita, people.cesar]) expect((await ask(who, path)).text).toBe('[]')
  })

  test('también dentro de otra tabla, y de lo que escribe o da una función', async () => {
    const embed = `lotes_asociados?select=codigo_lote,contratos(precio_fijado_tm)&contrato_id=eq.${contrato.id}`
    await ask(people.ana, 'lotes_asociados', {
      method: 'POST',
      body: JSON.stringify({ contrato_id: contrato.id, peso_qq: 10, humedad: 7 }),
    })
    expect((await ask(people.ana, embed)).text).toContain('"precio_fijado_tm":98765.4300')
    expect((await ask(people.jose, embed)).text).toContain('"precio_fijado_tm":null')
    const { data: editado, error } = await people.carlos.supabase
      .from('contratos')
      .update({ observaciones: 'x' })
      .eq('id', contrato.id)
      .select('codigo, precio_fijado_tm')
    expect([error, editado]).toEqual([null, [{ codigo: contrato.codigo, precio_fijado_tm: 98765.43 }]])
    const { data: creado } = await people.ana.supabase
      .rpc('crear_contrato', { contraparte_id: people.centro.id, volumen_tm: 1, precio_fijado_tm: 4200.5 })
      .select('volumen_tm, precio_fijado_tm')
    expect(creado).toEqual({ volumen_tm: 1, precio_fijado_tm: 4200.5 })
  })
})

describe('un proveedor asociado', () => {
  const FILTERS = [
    'precio_fijado_tm=gt.0',
    'precio_fijado_tm=eq.98765.43',
    'precio_fijado_tm=not.is.null',
    'diferencial_tm=lt.0',
    'diferencial_tm=in.(-4321.5)',
    'or=(precio_fijado_tm.gt.90000,diferencial_tm.lt.-4000)',
    'and=(precio_fijado_tm.gte.98765,precio_fijado_tm.lte.98766)',
  ]
  test.each(FILTERS)('no lo encuentra con %s, ni lo cuenta', async (filter) => {
    const path = `contratos?select=id&id=eq.${contrato.id}&${filter}`
    expect(JSON.parse((await ask(people.ana, path)).text)).toHaveLength(1)
    expect((await ask(people.jose, path)).text).toBe('[]')
    for (const count of ['exact', 'estimated']) {
      const headers = { Prefer: `count=${count}` }
      expect((await ask(people.ana, path, { method: 'HEAD', headers })).range).toMatch(/\/1$/)
      expect((await ask(people.jose, path, { method: 'HEAD', headers })).range).toBe('*/0')
    }
    // Nor by a filter on what hangs from it.
    const inner = `lotes_asociados?select=id,contratos!inner(id)&contrato_id=eq.${contrato.id}&contratos.${filter}`
    if (!filter.startsWith('or') && !filter.startsWith('and'))
      expect((await ask(people.jose, inner)).text).toBe('[]')
  })

  test('ni por el orden de lo que lee', async () => {
    const precios = [3, 1, 2]
    const made: { id: number }[] = []
    for (const precio_fijado_tm of precios) made.push(await makeContrato(people, { precio_fijado_tm }))
    const order = async (who: Person, by: string) => {
      const path = `contratos?select=id&id=in.(${made.map(({ id }) => id)})&order=${by}`
      return (JSON.parse((await ask(who, path)).text) as { id: number }[]).map(({ id }) =>
        made.findIndex((one) => one.id === id),
      )
    }
    expect(await order(people.ana, 'precio_fijado_tm')).toEqual([1, 2, 0])
    const ties = [
      await order(people.jose, 'precio_fijado_tm,id'),
      await order(people.jose, 'precio_fijado_tm.desc,id'),
    ]
    expect(ties).toEqual([
      [0, 1, 2],
      [0, 1, 2],
    ])
  })

  test('no lee ni escribe la tabla de los precios, sola o dentro de otra', async () => {
    const paths = [
      'contratos_precios?select=*',
      `contratos_precios?contrato_id=eq.${contrato.id}&precio_fijado_tm=gt.0`,
      `contratos_precios?select=contratos(codigo)&contrato_id=eq.${contrato.id}`,
    ]
    for (const path of paths) expect((await ask(people.jose, path)).text).toBe('[]')
    const embedded = `contratos?select=codigo,contratos_precios(precio_fijado_tm)&id=eq.${contrato.id}`
    expect((await ask(people.jose, embedded)).text).toBe(
      `[{"codigo":"${contrato.codigo}","contratos_precios":null}]`,
    )
    expect((await ask(people.ana, embedded)).text).toContain('98765.4300')
    const inner = `contratos?select=codigo,contratos_precios!inner(contrato_id)&contratos_precios.precio_fijado_tm=gt.0`
    expect((await ask(people.jose, inner)).text).toBe('[]')
    const written = await ask(people.jose, `contratos_precios?contrato_id=eq.${contrato.id}`, {
      method: 'PATCH',
      headers: { Prefer: 'return=representation,count=exact' },
      body: JSON.stringify({ precio_fijado_tm: 1 }),
    })
    expect([written.status, written.text, written.range]).toEqual([200, '[]', '*/0'])
  })

  test('ni con una fila inventada que nombra el contrato', async () => {
    for (const name of ['precio_fijado_tm', 'diferencial_tm']) {
      const row = { id: contrato.id, exportadora_id: people.finca.id, contraparte_id: people.finca.id }
      const { text } = await ask(people.jose, `rpc/${name}`, {
        method: 'POST',
        body: JSON.stringify({ contrato: row }),
      })
      expect(text).not.toMatch(/98765|4321/)
    }
  })

  test('ni le llega con select=*, ni de un CSV', async () => {
    for (const Accept of [
      'application/json',
      'text/csv',
      'application/vnd.pgrst.object+json;nulls=stripped',
    ]) {
      const { status, text } = await ask(people.jose, `contratos?select=*&id=eq.${contrato.id}`, {
        headers: { Accept },
      })
      expect([status, text.includes(contrato.codigo)]).toEqual([200, true])
      expect(text).not.toMatch(/98765|4321|precio_fijado/)
    }
  })
})

describe('el precio se escribe en su tabla', () => {
  const sdk = (): SupabaseClient => people.ana.supabase

  test('en contratos es una columna que no existe, y se dice', async () => {
    const nuevo = { contraparte_id: people.centro.id, volumen_tm: 1, precio_fijado_tm: 5000 }
    for (const { status, error } of [
      await sdk().from('contratos').insert(nuevo),
      await sdk().from('contratos').update({ precio_fijado_tm: 5000 }).eq('id', contrato.id),
    ]) {
      expect([status, error!.code]).toEqual([400, 'PGRST204'])
      expect(error!.message).toContain("'precio_fijado_tm' column of 'contratos'")
    }
  })

  test('una regla que se rompe lo dice, con su campo, y nada cambia', async () => {
    const { error } = await sdk()
      .from('contratos_precios')
      .update({ precio_fijado_tm: -1 })
      .eq('contrato_id', (await enRevision(people)).id)
    expect([error!.code, error!.message]).toEqual([
      '23514',
      expect.stringContaining('contratos_precios_precio_fijado_tm_valido'),
    ])
    for (const write of [
      sdk().from('contratos_precios').insert({ contrato_id: contrato.id }),
      sdk().from('contratos_precios').delete().eq('contrato_id', contrato.id),
      sdk().from('contratos_precios').update({ actualizado_en: '2001-01-01' }).eq('contrato_id', contrato.id),
    ])
      expect((await write).error!.code).toBe('42501')
    const { data } = await sdk().from('contratos').select('precio_fijado_tm').eq('id', contrato.id)
    expect(data).toEqual([{ precio_fijado_tm: 98765.43 }])
  })
})
