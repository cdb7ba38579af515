import fc from 'fast-check'
import { inject } from 'vitest'
import type { Call } from './raw.ts'

export const STRANGE =
  '\0|a\0b|\u202e|\ud800|| |.|..|/|%|%00|\'|"|\\|\n|\r\n|ñ|🍫|null|-1|1e400|2026-13-45|99999999999999999999|\\u0000|{}|[[['
    .split('|')
    .concat('|', 'a'.repeat(2000))
const text = fc.oneof(fc.constantFrom(...STRANGE), fc.string({ unit: 'binary', maxLength: 20 }))
const value: fc.Arbitrary<unknown> = fc.oneof(
  text,
  fc.constantFrom(null, true, -1, 0, 1.5, 1e308, 2 ** 53, [], {}, ['\0'], { '\0': '\0' }, { a: '\ud800' }),
  fc.jsonValue({ maxDepth: 3 }),
)

/** What is asked for, or now and then something else. */
const or = <T, U>(right: T, wrong: fc.Arbitrary<U>) =>
  fc.oneof({ arbitrary: fc.constant(right), weight: 4 }, { arbitrary: wrong, weight: 1 })
const fields = (right: Record<string, unknown>) =>
  fc
    .record(Object.fromEntries(Object.entries(right).map(([field, good]) => [field, or(good, value)])))
    .map((body) => JSON.stringify(body))
const encoded = text.map((t) => encodeURIComponent(t.toWellFormed()))
const raw = fc.oneof(
  encoded,
  fc.constantFrom('%00', 'a%00b', '%', '%zz', '%ff', '%2f', '%e2%80%ae', '?', '#', 'sign'),
)
const base64 = text.map((t) => Buffer.from(t).toString('base64'))
const json = value.map((v) => Buffer.from(JSON.stringify({ a: v })).toString('base64'))
const plain = (s: string) => s.replace(/[^\x20-\x7e]/g, '')

/** Every route of the Storage API, with what it takes: right, or strange in some place. */
export function calls(bucket: string, authorization: fc.Arbitrary<string>): fc.Arbitrary<Call> {
  const inBucket = or(bucket, raw)
  const name = or('a.pdf', raw)
  const settings = {
    public: false,
    file_size_limit: 1000,
    allowed_mime_types: ['text/plain'],
    type: 'STANDARD',
  }
  const objects = { bucketId: bucket, sourceKey: 'a.pdf', destinationKey: 'b.pdf', destinationBucket: bucket }
  const cursor = fc
    .record({ after: value, time: value, column: or('created_at', value), order: or('asc', value) })
    .map((c) => Buffer.from(JSON.stringify(c)).toString('base64url'))
  const query = (...keys: string[]) =>
    fc
      .dictionary(fc.constantFrom(...keys), or('1', text), { maxKeys: 2 })
      .map((q) => `?${new URLSearchParams(q)}`)
  const image = fc
    .tuple(or('a.png', raw), query('width', 'height', 'resize', 'quality', 'format', 'token', 'download'))
    .map((p) => p.join(''))
  const headers = (right: Record<string, fc.Arbitrary<string>>) => fc.record(right, { requiredKeys: [] })
  const none = fc.constant({})
  const nothing = fc.constant('')
  const upload = headers({
    'x-upsert': or('true', text.map(plain)),
    'x-metadata': fc.oneof(json, base64),
    'content-type': or(
      'text/plain',
      fc.oneof(text.map(plain), fc.constantFrom('multipart/form-data', 'a/b; \u00ff')),
    ),
    'cache-control': or('3600', text.map(plain)),
    'content-encoding': or('gzip', text.map(plain)),
  })
  const read = headers({
    range: fc.constantFrom('bytes=0-1', 'bytes=9-1', 'bytes=-0', 'bytes=0-99999999999999999999', 'x'),
    'if-range': text.map(plain),
    'if-none-match': text.map(plain),
    'if-modified-since': text.map(plain),
  })
  const tus = fc
    .record({ bucketName: or(bucket, text), objectName: or('t.pdf', text), metadata: or('{"a":1}', json) })
    .map((m) =>
      Object.entries(m)
        .map(([key, v]) => `${key} ${Buffer.from(v).toString('base64')}`)
        .join(','),
    )
    .chain((metadata) =>
      headers({
        'upload-metadata': or(metadata, text.map(plain)),
        'upload-length': or('1', text.map(plain)),
        'x-signature': base64,
      }),
    )
    .map((given) => ({ 'tus-resumable': '1.0.0', ...given }))
  const at = (...parts: (string | fc.Arbitrary<string>)[]) =>
    fc
      .tuple(...parts.map((part) => (typeof part === 'string' ? fc.constant(part) : part)))
      .map((p) => p.join('/'))

  type Shape = [string, fc.Arbitrary<string>, fc.Arbitrary<string>, fc.Arbitrary<Record<string, string>>]
  const shapes: Shape[] = [
    [
      'GET',
      fc.tuple(at('/bucket'), query('limit', 'offset', 'search', 'sortColumn')).map((p) => p.join('')),
      nothing,
      none,
    ],
    ['POST', at('/bucket'), fields({ id: 'fuzz-a', name: 'fuzz-a', ...settings }), none],
    ['PUT', at('/bucket', inBucket), fields(settings), none],
    ['GET', at('/bucket', inBucket), nothing, none],
    [
      'POST',
      at('/object/list', inBucket),
      fields({ prefix: '', search: '', limit: 9, offset: 0, sortBy: { column: 'name' } }),
      none,
    ],
    ['POST', at('/object/list-v2', inBucket), fields({ prefix: '', limit: 9, with_delimiter: true }), none],
    ['POST', at('/object/list-v2', inBucket), cursor.map((c) => JSON.stringify({ cursor: c })), none],
    ['POST', at('/object/move'), fields(objects), none],
    [
      'POST',
      at('/object/copy'),
      fields({ ...objects, copyMetadata: false, metadata: { mimetype: 'text/plain' } }),
      none,
    ],
    ['POST', at('/object/sign', inBucket), fields({ expiresIn: 60, paths: ['a.pdf'] }), none],
    ['POST', at('/object/sign', inBucket, name), fields({ expiresIn: 60 }), none],
    [
      'GET',
      at(
        '/object/sign',
        inBucket,
        fc.tuple(name, query('token')).map((p) => p.join('')),
      ),
      nothing,
      read,
    ],
    ['POST', at('/object/upload/sign', inBucket, name), fields({}), upload],
    [
      'PUT',
      at(
        '/object/upload/sign',
        inBucket,
        fc.tuple(name, query('token')).map((p) => p.join('')),
      ),
      text,
      upload,
    ],
    [
      'GET',
      at(
        '/object',
        inBucket,
        fc.tuple(name, query('download', 'versionId')).map((p) => p.join('')),
      ),
      nothing,
      read,
    ],
    ['HEAD', at('/object/info', inBucket, name), nothing, none],
    ['GET', at('/object/public', inBucket, name), nothing, read],
    ['POST', at('/object', inBucket, name), text, upload],
    ['PUT', at('/object', inBucket, name), text, upload],
    ['DELETE', at('/object', inBucket), fields({ prefixes: ['b.pdf'] }), none],
    ['POST', at('/upload/resumable'), nothing, tus],
    ['POST', at('/upload/resumable/sign'), nothing, tus],
    ['PATCH', at('/upload/resumable', raw), text, tus],
    ['DELETE', at('/cdn', inBucket, name), nothing, none],
    ['GET', at('/render/image', raw), nothing, none],
    ['GET', at('/render/image/authenticated', inBucket, image), nothing, read],
    ['GET', at('/render/image/public', inBucket, image), nothing, none],
    ['GET', at('/render/image/sign', inBucket, image), nothing, none],
    [
      'POST',
      at('/object/sign', inBucket, or('a.png', raw)),
      fields({ expiresIn: 60, transform: { width: 9 } }),
      none,
    ],
  ]
  const { publishableKey } = inject('stack')
  return fc.oneof(
    ...shapes.map(([method, path, body, extra]) =>
      fc.record({ path, body, extra, authorization }).map((c) => ({
        method,
        path: c.path,
        headers: {
          apikey: publishableKey,
          ...(c.authorization && { authorization: c.authorization }),
          ...c.extra,
        },
        body: method === 'GET' || method === 'HEAD' ? undefined : c.body,
      })),
    ),
  )
}
