// What would cost the server dear is refused at once, in words that a client understands; others are served meanwhile.
import { beforeAll, expect, test } from 'vitest'
import { signIn, target, type Who } from '../acceptance/support.ts'

let ana: string
let carlos: string
const enter = async (who: Who) => (await (await signIn(who)).auth.getSession()).data.session!.access_token
beforeAll(async () => {
  ;[ana, carlos] = await Promise.all([enter('agroarriba'), enter('triboka')])
})

async function ask(token: string, path: string, init: RequestInit = {}) {
  const began = performance.now()
  const answer = await fetch(`${target.url}/rest/v1/${path}`, {
    ...init,
    headers: {
      apikey: target.key,
      Authorization: `Bearer ${token}`,
      'Content-Type': 'application/json',
      ...init.headers,
    },
  })
  const text = await answer.text()
  return { status: answer.status, text, ms: performance.now() - began }
}

const repeated = (count: number, of: string, by = ',') => Array.from({ length: count }, () => of).join(by)
const nested = (depth: number, open: string, inside: string, close = ')') =>
  `${open.repeat(depth)}${inside}${close.repeat(depth)}`

/** Each as large as the address of a request may be. */
const DEAR: Record<string, string> = {
  'tablas dentro de tablas': `contratos?select=${nested(120, 'empresas!exportadora_id(contratos!exportadora_id(', 'id', '))')}`,
  'tablas al lado de tablas': `contratos?select=${Array.from({ length: 300 }, (_, i) => `a${i}:lotes_asociados(id)`).join(',')}`,
  'miles de condiciones': `contratos?select=id&or=(${repeated(1500, 'id.eq.1')})`,
  'miles de condiciones sueltas': `contratos?select=id&${repeated(1500, 'id=gt.0', '&')}`,
  'condiciones dentro de condiciones': `contratos?select=id&or=(${nested(1500, 'and(', 'id.eq.1')})`,
  'negaciones sin fin': `contratos?select=id&id=${'not.'.repeat(3000)}eq.1`,
  'miles de columnas': `contratos?select=${repeated(4000, 'id')}`,
  'miles de valores': `contratos?select=id&id=in.(${repeated(5000, '1')})`,
  'miles de pasos en un JSON': `contratos?select=version${'->a'.repeat(4000)}`,
  'miles de criterios de orden': `contratos?select=id&order=${repeated(3500, 'id')}`,
  'miles de moldes': `contratos?select=id${'::text'.repeat(2500)}`,
  'un patrón costoso': `contratos?select=id&observaciones=imatch.${encodeURIComponent('(a*)*'.repeat(200))}b`,
  'comillas que no cierran': `contratos?select=id&or=(observaciones.eq."${'\\"'.repeat(5000)}`,
  'paréntesis que no cierran': `contratos?select=${'lotes_asociados('.repeat(900)}`,
}

test.each(Object.entries(DEAR))('%s', async (_, path) => {
  const [{ status, text, ms }, quiet] = await Promise.all([
    ask(ana, path),
    ask(carlos, 'contratos?select=id&limit=1'),
  ])
  expect([text.slice(0, 300), status < 500]).toEqual([text.slice(0, 300), true])
  expect(ms).toBeLessThan(3000)
  expect(quiet.status).toBe(200)
  expect(quiet.ms).toBeLessThan(3000)
})

test('un cuerpo de 50 MiB', async () => {
  const { status } = await ask(ana, 'lotes_asociados', { method: 'POST', body: Buffer.alloc(50 << 20, 0x20) })
  expect(status).toBe(413)
})

test.each(['[', '{"a":'])('un cuerpo de cien mil %s', async (open) => {
  const { status, ms } = await ask(ana, 'lotes_asociados', { method: 'POST', body: open.repeat(100_000) })
  expect(status).toBeGreaterThanOrEqual(400)
  expect(status).toBeLessThan(500)
  expect(ms).toBeLessThan(3000)
})
