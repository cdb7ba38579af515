// What the SDK reads: filters with quotes, counts, numbers without nulls around them, and the description of it all.
import type { SupabaseClient } from '@supabase/supabase-js'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Contract, createContract, signIn, target } from '../acceptance/support.ts'

let agroarriba: SupabaseClient
let token: string
/** With four lots. */
let contract: Contract
beforeAll(async () => {
  agroarriba = await signIn('agroarriba')
  token = (await agroarriba.auth.getSession()).data.session!.access_token
  contract = await createContract(agroarriba)
  const lots = ['A', 'B', 'C', 'D'].map((codigo_lote) => ({
    contrato_id: contract.id,
    codigo_lote,
    peso_qq: '60.0',
    humedad: 7,
  }))
  expect((await agroarriba.from('lotes_asociados').insert(lots)).error).toBeNull()
})

describe('un valor con comillas', () => {
  test.each(['dice "fino"', 'barra \\ y coma, y (paréntesis)', '"', '\\', 'a\\"b', 'de 100.5 %'])(
    '%s se encuentra con eq, in, or y and',
    async (observaciones) => {
      const { error } = await agroarriba.from('contratos').update({ observaciones }).eq('id', contract.id)
      expect(error).toBeNull()
      const quoted = `"${observaciones.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
      const own = () => agroarriba.from('contratos').select('codigo').eq('id', contract.id)
      const found = await Promise.all([
        own().eq('observaciones', observaciones),
        own().filter('observaciones', 'in', `(${quoted})`),
        own().or(`observaciones.eq.${quoted},id.eq.0`),
        own().or(`and(observaciones.eq.${quoted},id.gt.0),id.eq.0`),
        own().or(`observaciones.in.(${quoted}),id.eq.0`),
        own().or(`not.or(observaciones.neq.${quoted},id.eq.0)`),
      ])
      expect(found.map(({ data }) => data)).toEqual(found.map(() => [{ codigo: contract.codigo }]))
    },
  )
})

describe('cuántas filas hay', () => {
  test.each(['exact', 'estimated'] as const)('%s las cuenta en tablas pequeñas', async (count) => {
    const lots = agroarriba.from('lotes_asociados')
    expect(await lots.select('id', { count, head: true }).eq('contrato_id', contract.id)).toMatchObject({
      count: 4,
      status: 200,
    })
    expect(
      await lots.select('id', { count }).eq('contrato_id', contract.id).order('id').range(1, 2),
    ).toMatchObject({ count: 4, status: 206, data: [{}, {}] })
  })

  test('una página después de la última se rechaza', async () => {
    const answer = await agroarriba
      .from('lotes_asociados')
      .select('id', { count: 'exact' })
      .eq('contrato_id', contract.id)
      .range(10, 20)
    expect(answer).toMatchObject({ status: 416, error: { code: 'PGRST103' } })
  })
})

describe('stripNulls()', () => {
  const get = (select: string, accept: string) =>
    fetch(`${target.url}/rest/v1/contratos?select=${select}&id=eq.${contract.id}`, {
      headers: { apikey: target.key, Authorization: `Bearer ${token}`, Accept: accept },
    })

  test('quita lo nulo en toda profundidad, y los números quedan como son', async () => {
    const { data } = await agroarriba
      .from('contratos')
      .select('codigo, eliminado_en, lotes_asociados(codigo_lote, peso_qq, recibido_en)')
      .eq('id', contract.id)
      .order('codigo_lote', { referencedTable: 'lotes_asociados' })
      .limit(1, { referencedTable: 'lotes_asociados' })
      .stripNulls()
    expect(data).toEqual([{ codigo: contract.codigo, lotes_asociados: [{ codigo_lote: 'A', peso_qq: 60 }] }])
  })

  test.each(['array', 'object'])('con los dígitos de la base de datos: %s', async (shape) => {
    const answer = await get(
      'lotes_asociados(peso_qq,recibido_en)',
      `application/vnd.pgrst.${shape}+json;nulls=stripped`,
    )
    expect(answer.headers.get('content-type')).toBe(
      `application/vnd.pgrst.${shape}+json;nulls=stripped; charset=utf-8`,
    )
    const text = await answer.text()
    expect(text.match(/\{"peso_qq":60\.0\}/g)).toHaveLength(4)
    expect(text).not.toMatch(/null|rawJSON/)
  })
})

describe('GET /rest/v1/', () => {
  const describeFor = async (headers: Record<string, string>) => {
    const answer = await fetch(`${target.url}/rest/v1/`, { headers: { apikey: target.key, ...headers } })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toBe('application/openapi+json; charset=utf-8')
    return answer.json()
  }

  test('describe cada tabla que quien pregunta puede usar, con sus columnas y comentarios', async () => {
    const spec = await describeFor({ Authorization: `Bearer ${token}` })
    expect(spec.swagger).toBe('2.0')
    expect(Object.keys(spec.paths)).toEqual(
      expect.arrayContaining(['/', '/contratos', '/lotes_asociados', '/rpc/siguiente_nombre_documento']),
    )
    const { lotes_asociados } = spec.definitions
    expect(lotes_asociados.description).toBe('Cacao físico asociado a un contrato.')
    expect(lotes_asociados.required).toContain('peso_qq')
    expect(lotes_asociados.properties.id).toMatchObject({ format: 'int64', type: 'integer' })
    expect(lotes_asociados.properties.peso_qq).toMatchObject({
      format: 'numeric',
      type: 'number',
      description: expect.stringContaining('Peso en quintales de 100 lb'),
    })
    expect(lotes_asociados.properties.contrato_id.description).toContain(
      "This is a Foreign Key to `contratos.id`.<fk table='contratos' column='id'/>",
    )
    expect(Object.keys(spec.paths['/contratos'])).toEqual(expect.arrayContaining(['get', 'post', 'patch']))
  })

  test('nada de otros esquemas', async () => {
    const spec = await describeFor({ Authorization: `Bearer ${token}` })
    // What a column holds by itself is told as its expression is written, which may name a function of ours.
    const text = JSON.stringify(spec, (key, value) => (key === 'default' ? undefined : value))
    expect(text).not.toMatch(/privado|"auth"|refresh_tokens|outbox/)
  })
})
