import { readdir, readFile } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, inject, test } from 'vitest'
import { isBucketName, isObjectName } from '../../supabase/local/storage/names.ts'
import { failure, makeBucket, ok, service } from './support.ts'

/** Sends a path exactly as given: fetch would tidy it up first. */
function post(path: string, body: string): Promise<{ status: number; text: string }> {
  const { supabaseUrl, secretKey } = inject('stack')
  const { hostname, port } = new URL(supabaseUrl)
  return new Promise((resolve, reject) => {
    const headers = { apikey: secretKey, 'content-type': 'text/plain', 'x-upsert': 'true' }
    const sent = request({ hostname, port, path, method: 'POST', headers }, (answer) => {
      let text = ''
      answer.on('data', (chunk) => {
        text += chunk
      })
      answer.on('end', () => resolve({ status: answer.statusCode!, text }))
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

const pieces = fc.constantFrom(
  ...[
    '..',
    '.',
    '/',
    '//',
    '%2e%2e',
    '%2E',
    '%2f',
    '%252f',
    '%252e',
    '%5c',
    '%00',
    '%0a',
    '%c0%ae',
    '%ff',
    '%',
    '%zz',
  ],
  ...['~', '.store~', 'a', 'b.txt', '%20', '+', '%3F', '%23', '%C3%B1', ';', '&', 'x'.repeat(260)],
)

describe('nombres de objetos', () => {
  test('ninguno, escrito como sea, sale de su bucket ni toca lo oculto', async () => {
    const { storageDir } = inject('stack')
    const bucket = await makeBucket()
    const before = await readdir(join(storageDir, '..'))
    await fc.assert(
      fc.asyncProperty(fc.array(pieces, { minLength: 1, maxLength: 6 }), async (parts) => {
        const raw = parts.join('')
        const content = `bytes de ${raw}`
        const answer = await post(`/storage/v1/object/${bucket}/${raw}`, content)
        expect([200, 400, 404], raw).toContain(answer.status)
        if (answer.status !== 200) return
        const { Key } = JSON.parse(answer.text) as { Key: string }
        const name = Key.slice(bucket.length + 1)
        expect(Key.startsWith(`${bucket}/`)).toBe(true)
        expect(isObjectName(name)).toBe(true)
        expect(name).toBe(decodeURIComponent(raw))
        expect(ok(await service().from(bucket).listV2({ prefix: name, limit: 1 })).objects[0]?.name).toBe(
          name,
        )
      }),
      { numRuns: 150 },
    )
    expect(await readdir(join(storageDir, '..'))).toEqual(before)
    expect((await readdir(storageDir)).filter((entry) => entry.includes('~'))).toEqual(['.store~'])
  })

  test('los que storage-api rechaza se rechazan igual, y no se crea nada', async () => {
    const bucket = await makeBucket()
    for (const name of [
      '../x',
      'a/../../x',
      'a/./b',
      'a\\b',
      'ñandú',
      'a{b}',
      'a#b',
      'a%b',
      'x'.repeat(1025),
      '.store~/x',
      'a~',
    ]) {
      const raw = encodeURIComponent(name)
      const answer = await post(`/storage/v1/object/${bucket}/${raw}`, 'x')
      expect([answer.status, JSON.parse(answer.text).code], name).toEqual([400, 'InvalidKey'])
      expect(failure(await service().from(bucket).copy('nada', name)).code).toBe('InvalidKey')
      expect(failure(await service().from(bucket).move('nada', name)).code).toBe('InvalidKey')
    }
    expect(ok(await service().from(bucket).list())).toEqual([])
  })

  test('los caracteres que storage-api toma se guardan tal cual, también en disco', async () => {
    const bucket = await makeBucket()
    const name = `a b/c!-.*'()&$@=;:+,?.txt`
    const answer = await post(`/storage/v1/object/${bucket}/${encodeURIComponent(name)}`, 'hola')
    expect(JSON.parse(answer.text)).toMatchObject({ Key: `${bucket}/${name}` })
    expect(await readFile(join(inject('stack').storageDir, bucket, name), 'utf8')).toBe('hola')
    expect(ok(await service().from(bucket).list('a b'))[0]?.name).toBe(name.slice(4))
  })

  test('un objeto y una carpeta del mismo nombre conviven, como en storage-api', async () => {
    const files = service().from(await makeBucket())
    ok(await files.upload('a', 'archivo'))
    ok(await files.upload('a/b', 'dentro'))
    ok(await files.update('a', 'nuevo'))
    expect(await ok(await files.download('a')).text()).toBe('nuevo')
    expect(await ok(await files.download('a/b')).text()).toBe('dentro')
    expect(ok(await files.list()).map(({ name, id }) => [name, id !== null])).toEqual([
      ['a', true],
      ['a', false],
    ])
  })

  test('nombres de un bucket: los de storage-api, y nunca uno que el disco lea de otro modo', () => {
    for (const name of ['contratos', 'a.b', 'A b', '..a', `x!'()&$@=;:+,?-`])
      expect(isBucketName(name), name).toBe(true)
    for (const name of ['', '.', '..', 'a/b', 'a\\b', 'a\0', ' a', 'a ', 'ñ', '.store~'])
      expect(isBucketName(name), name).toBe(false)
  })
})
