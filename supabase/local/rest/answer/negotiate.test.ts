import { expect, test } from 'vitest'
import type { MediaHandler } from '../cache/types.ts'
import type { MediaType } from '../request/types.ts'
import { contentTypeOf, mediaOf } from './media-types.ts'
import { negotiate } from './negotiate.ts'

const type = (name: string, parameters: Record<string, string> = {}): MediaType => ({
  type: name,
  parameters,
})
const handler = (of: string, mediaType: string, contentType = mediaType): MediaHandler => ({
  of,
  mediaType,
  contentType,
  function: { schema: 'public', name: 'f' },
  isAggregate: true,
})
const agree = (accept: MediaType[], offer: Partial<Parameters<typeof negotiate>[1]> = {}) => {
  const found = negotiate(accept, { handlers: [], of: 'public.t', isWhole: true, hasPlans: false, ...offer })
  return { body: found.body, type: contentTypeOf(found.media) }
}

test('lo primero que hay de lo que se acepta', () => {
  expect(agree([type('*/*')]).type).toBe('application/json; charset=utf-8')
  expect(agree([type('image/png'), type('text/csv'), type('*/*')])).toEqual({
    body: { kind: 'csv' },
    type: 'text/csv; charset=utf-8',
  })
  expect(agree([type('application/geo+json')]).body).toEqual({ kind: 'geojson' })
})

test('los propios de PostgREST, con y sin nulos', () => {
  expect(agree([type('application/vnd.pgrst.object+json')])).toEqual({
    body: { kind: 'object', isStripped: false },
    type: 'application/vnd.pgrst.object+json; charset=utf-8',
  })
  expect(agree([type('application/vnd.pgrst.array+json', { nulls: 'stripped' })])).toEqual({
    body: { kind: 'array', isStripped: true },
    type: 'application/vnd.pgrst.array+json;nulls=stripped; charset=utf-8',
  })
  expect(agree([type('application/vnd.pgrst.array+json')]).type).toBe('application/json; charset=utf-8')
})

test('lo que nadie sabe hacer se dice', () => {
  expect(() => agree([type('image/png'), type('text/html')])).toThrow(
    'None of these media types are available: image/png, text/html',
  )
  expect(() => agree([type('application/vnd.pgrst.plan')])).toThrow('plan+text; for="application/json"')
})

test('un plan, donde se dejan ver', () => {
  const plan = type('application/vnd.pgrst.plan+json', { for: 'text/csv', options: 'analyze|nada|wal' })
  expect(agree([plan], { hasPlans: true })).toEqual({
    body: { kind: 'csv' },
    type: 'application/vnd.pgrst.plan+json; for="text/csv"; options=analyze|wal; charset=utf-8',
  })
  const inner = mediaOf(type('application/vnd.pgrst.plan', { for: 'application/vnd.pgrst.plan' }))
  expect(inner.kind).toBe('plan')
  expect(() =>
    agree([type('application/vnd.pgrst.plan', { for: 'image/png' })], { hasPlans: true }),
  ).toThrow()
})

test('los de la base van antes, y los de una tabla solo sobre sus filas enteras', () => {
  const handlers = [handler('public.t', 'text/html'), handler('*', 'text/csv')]
  expect(agree([type('text/html')], { handlers })).toMatchObject({
    body: { kind: 'custom' },
    type: 'text/html',
  })
  expect(agree([type('text/csv')], { handlers }).body.kind).toBe('custom')
  expect(() => agree([type('text/html')], { handlers, isWhole: false })).toThrow()
  expect(() => agree([type('text/html')], { handlers, of: 'public.otra' })).toThrow()
})

test('el de cualquier tipo dice cuál es el suyo', () => {
  const handlers = [handler('public.t', '*/*', 'application/octet-stream')]
  expect(agree([type('image/png')], { handlers }).type).toBe('application/octet-stream')
})
