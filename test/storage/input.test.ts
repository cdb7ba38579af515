import fc from 'fast-check'
import { beforeEach, describe, expect, inject, test } from 'vitest'
import { sign } from '../support/sign.ts'
import { calls, STRANGE } from './hostile.ts'
import { send } from './raw.ts'
import { allow, anonymous, makeBucket, ok, person, service } from './support.ts'

const DEEP = `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`

const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

describe('nada de lo que envía un cliente es un error nuestro', () => {
  let bucket: string

  /** Puts the objects there again that some call may have taken away. */
  const refill = async () => {
    await service().from(bucket).upload('a.pdf', 'hola', { upsert: true })
    await service().from(bucket).upload('a.png', PIXEL, { upsert: true, contentType: 'image/png' })
  }

  beforeEach(async () => {
    bucket = await makeBucket()
    await refill()
  })

  test('ni la dirección, ni el cuerpo, ni las cabeceras', async () => {
    const { secretKey } = inject('stack')
    const who = await person()
    await allow(who, bucket, ['select', 'insert', 'update', 'delete'])
    const service_role = `Bearer ${await sign({ aud: 'authenticated', role: 'service_role' })}`
    const authorization = fc.constantFrom(`Bearer ${who.token}`, service_role, `Bearer ${secretKey}`, '')
    const before = ok(await service().listBuckets()).map(({ id }) => id)
    let runs = 0
    const seen = new Map<number, number>()
    await fc.assert(
      fc.asyncProperty(calls(bucket, authorization), async (call) => {
        if (runs++ % 20 === 0) await refill()
        const answer = await send(call)
        seen.set(answer.status, (seen.get(answer.status) ?? 0) + 1)
        const told = `${call.method} ${call.path} ${answer.text}`
        expect(answer.status, told).toBeGreaterThanOrEqual(200)
        expect(answer.status, told).toBeLessThan(500)
      }),
      { numRuns: 2000 },
    )
    // It did reach what it asks for, often enough to mean something.
    expect(seen.get(200)).toBeGreaterThan(200)
    for (const { id } of ok(await service().listBuckets())) {
      if (before.includes(id)) continue
      await service().emptyBucket(id)
      await service().deleteBucket(id)
    }
  }, 240_000)

  test('ni una sesión bien firmada que dice cosas raras', async () => {
    const { publishableKey } = inject('stack')
    const open = await makeBucket({ public: true })
    const who = await person()
    await allow(who, open, ['select', 'insert', 'update', 'delete'])
    for (const claims of [
      ...STRANGE.map((sub) => ({ role: 'authenticated', sub })),
      ...[5, null, true, ['a'], { a: 1 }, [who.id]].map((sub) => ({ role: 'authenticated', sub })),
      ...['postgres', 'supabase_admin', 'nadie', '', '\0', 'none', 'a"b', 'a'.repeat(100)].map((role) => ({
        role,
      })),
      { role: 'authenticated', sub: who.id, session_id: '\0' },
      { role: 'authenticated', sub: who.id, app_metadata: { '\0': 1 } },
      { role: 'service_role', sub: '\0' },
    ]) {
      const headers = {
        authorization: `Bearer ${await sign({ aud: 'authenticated', ...claims })}`,
        apikey: publishableKey,
      }
      for (const [method, path, body] of [
        ['GET', '/bucket', ''],
        ['GET', `/object/${bucket}/a.pdf`, ''],
        ['POST', `/object/${open}/b.pdf`, 'x'],
        ['POST', `/object/list/${bucket}`, '{"prefix":""}'],
        ['POST', `/object/sign/${bucket}/a.pdf`, '{"expiresIn":60}'],
        ['POST', `/object/upload/sign/${open}/c.pdf`, '{}'],
        ['DELETE', `/object/${open}`, '{"prefixes":["b.pdf"]}'],
      ] as const) {
        const answer = await send({ method, path, headers, body: method === 'GET' ? undefined : body })
        expect(answer.status, `${JSON.stringify(claims)} ${method} ${path} ${answer.text}`).toBeLessThan(500)
      }
    }
  })

  test('un NUL se rechaza diciendo dónde, venga en el nombre, el prefijo, el destino o los metadatos', async () => {
    const files = service().from(bucket)
    const nul = 'a\0b'
    for (const answer of [
      await files.list(nul),
      await files.list('', { search: nul }),
      await files.listV2({ prefix: nul }),
      await files.upload(nul, 'x'),
      await files.remove([nul]),
      await files.move('a.pdf', nul),
      await files.move(nul, 'c.pdf'),
      await files.copy('a.pdf', nul),
      await files.createSignedUrl(nul, 60),
      await files.createSignedUrls([nul], 60),
      await files.createSignedUploadUrl(nul),
      await files.info(nul),
      await files.upload('d.pdf', 'x', { metadata: { nota: nul } }),
      await service().getBucket(nul),
      await files.download(nul),
      await anonymous().from(nul).download('a.pdf'),
    ])
      expect(answer.error, JSON.stringify(answer)).toMatchObject({ status: 400 })
    expect(ok(await files.list()).map(({ name }) => name)).toEqual(['a.pdf', 'a.png'])
  })

  test('metadatos sin fondo y codificaciones que no lo son no rompen nada', async () => {
    const { secretKey } = inject('stack')
    const headers = { apikey: secretKey, 'content-type': 'multipart/form-data; boundary=x' }
    const part = (name: string, content: string) =>
      `--x\r\ncontent-disposition: form-data; name="${name}"${name ? '' : '; filename="a"'}\r\n\r\n${content}\r\n`
    const deep = await send({
      method: 'POST',
      path: `/object/${bucket}/deep.txt`,
      headers,
      body: `${part('metadata', DEEP)}${part('', 'x')}--x--\r\n`,
    })
    expect([deep.status, deep.text]).toEqual([400, expect.stringContaining('metadata')])
    const files = service().from(bucket)
    const copied = await fetch(`${inject('stack').supabaseUrl}/storage/v1/object/copy`, {
      method: 'POST',
      headers: { apikey: secretKey, 'content-type': 'application/json' },
      body: JSON.stringify({
        bucketId: bucket,
        sourceKey: 'a.pdf',
        destinationKey: 'copia.pdf',
        copyMetadata: false,
        metadata: { contentEncoding: 'x\r\ny: z', cacheControl: '\u0000', mimetype: 'text/plain' },
      }),
    })
    expect([copied.status, await copied.text()]).toEqual([200, expect.any(String)])
    expect(ok(await files.download('copia.pdf')).size).toBe(4)
    ok(await files.remove(['copia.pdf']))
  })

  test('el nombre con que se baja no vuelve atrás lo que se lee, ni parte la cabecera', async () => {
    const open = await makeBucket({ public: true })
    ok(await service().from(open).upload('a.txt', 'hola'))
    const { data } = anonymous()
      .from(open)
      .getPublicUrl('a.txt', { download: 'factura_\u202efdp\r\n.e\u0001xe' })
    const answer = await fetch(data.publicUrl)
    expect(answer.headers.get('content-disposition')).toBe(
      `attachment; filename="factura_fdp.exe"; filename*=UTF-8''factura_fdp.exe`,
    )
  })
})
