import { randomBytes } from 'node:crypto'
import { describe, expect, inject, test } from 'vitest'
import { sha256 } from '../support/sha256.ts'
import { allow, anonymous, failure, makeBucket, NOT_FOUND, ok, person, service } from './support.ts'
import { bearer, CHUNK, head, refusal, shaOf, upload } from './tus.ts'

describe('subidas que se reanudan', () => {
  test('sube por partes, con sus metadatos, y la dirección sirve tras la puerta de enlace', async () => {
    const bucket = await makeBucket()
    const who = await person()
    await allow(who, bucket, ['insert', 'select'])
    const body = randomBytes(CHUNK * 3 + 17)
    const url = await upload(who, bucket, 'f/a.pdf', body, {
      metadata: { metadata: JSON.stringify({ lote: 'LT-0001' }) },
    })
    expect(url).toMatch(
      new RegExp(`^${inject('stack').supabaseUrl}/storage/v1/upload/resumable/[0-9a-f-]{36}$`),
    )
    const files = who.storage.from(bucket)
    expect(await shaOf(files.download('f/a.pdf'))).toBe(sha256(body))
    expect(ok(await files.info('f/a.pdf'))).toMatchObject({
      size: body.length,
      contentType: 'application/pdf',
      cacheControl: 'max-age=3600',
      metadata: { lote: 'LT-0001' },
    })
    // A client that missed the last answer asks, and learns that it is done.
    const asked = await head(url, bearer(who))
    expect([asked.status, asked.headers.get('upload-offset')]).toEqual([200, String(body.length)])
  })

  test('ni el rival ni un anónimo la continúan, la miran o la cancelan: para ellos no existe', async () => {
    const bucket = await makeBucket()
    const [who, rival] = [await person(), await person()]
    await allow(who, bucket, ['insert', 'select'])
    await allow(rival, bucket, ['insert', 'select'])
    const body = randomBytes(CHUNK * 2)
    const uploadUrl = await upload(who, bucket, 'a.pdf', body, { stopAt: CHUNK })
    expect((await head(uploadUrl, bearer(rival))).status).toBe(404)
    expect((await head(uploadUrl, {})).status).toBe(404)
    expect((await head(uploadUrl.replace(/[^/]+$/, 'x'), bearer(who))).status).toBe(404)
    const patch = {
      method: 'PATCH',
      body: Buffer.from('x'),
      headers: {
        ...bearer(rival),
        apikey: inject('stack').publishableKey,
        'tus-resumable': '1.0.0',
        'upload-offset': String(CHUNK),
        'content-type': 'application/offset+octet-stream',
      },
    }
    expect((await fetch(uploadUrl, patch)).status).toBe(404)
    const { body: _, ...cancel } = patch
    expect((await fetch(uploadUrl, { ...cancel, method: 'DELETE' })).status).toBe(404)
    await upload(who, bucket, 'a.pdf', body, { uploadUrl })
    expect(await shaOf(who.storage.from(bucket).download('a.pdf'))).toBe(sha256(body))
  })

  test('pide permiso al empezar y otra vez al terminar', async () => {
    const bucket = await makeBucket()
    const [who, rival] = [await person(), await person()]
    await allow(
      who,
      bucket,
      ['insert'],
      'objects',
      `not exists (select from storage.buckets b where b.id = bucket_id and b.public)`,
    )
    await allow(who, bucket, ['select'], 'buckets')
    const body = randomBytes(CHUNK * 2)
    expect(await refusal(upload(rival, bucket, 'a.pdf', body))).toBe(403)
    expect(await refusal(upload(null, bucket, 'a.pdf', body))).toBe(403)
    const uploadUrl = await upload(who, bucket, 'a.pdf', body, { stopAt: CHUNK })
    ok(await service().updateBucket(bucket, { public: true }))
    expect(await refusal(upload(who, bucket, 'a.pdf', body, { uploadUrl }))).toBe(403)
    expect(failure(await service().from(bucket).info('a.pdf'))).toEqual(NOT_FOUND)
    // It did not arrive, and nothing says that it did.
    expect((await head(uploadUrl, bearer(who))).status).toBe(404)
  })

  test('reemplaza solo con x-upsert, y respeta tamaño, tipo y nombre', async () => {
    const bucket = await makeBucket({ fileSizeLimit: CHUNK * 2, allowedMimeTypes: ['application/pdf'] })
    const who = await person()
    await allow(who, bucket, ['insert', 'select', 'update'])
    const [one, two] = [randomBytes(100), randomBytes(CHUNK + 5)]
    await upload(who, bucket, 'a.pdf', one)
    expect(await refusal(upload(who, bucket, 'a.pdf', two))).toBe(409)
    await upload(who, bucket, 'a.pdf', two, { headers: { 'x-upsert': 'true' } })
    expect(await shaOf(who.storage.from(bucket).download('a.pdf'))).toBe(sha256(two))
    expect(await refusal(upload(who, bucket, 'b.pdf', randomBytes(CHUNK * 2 + 1)))).toBe(413)
    expect(await refusal(upload(who, bucket, 'b.png', one, { metadata: { contentType: 'image/png' } }))).toBe(
      415,
    )
    expect(await refusal(upload(who, bucket, '../b.pdf', one))).toBe(400)
    expect(await refusal(upload(who, 'nada', 'b.pdf', one))).toBe(404)
    expect(await refusal(upload(who, bucket, 'b.pdf', one, { metadata: { metadata: '[1]' } }))).toBe(400)
  })

  test('con un enlace firmado no hace falta sesión, y sirve solo para su objeto', async () => {
    const bucket = await makeBucket()
    const { token } = ok(await service().from(bucket).createSignedUploadUrl('a.pdf'))
    const signed = { endpoint: '/sign', headers: { 'x-signature': token } }
    const body = randomBytes(CHUNK * 2)
    const uploadUrl = await upload(null, bucket, 'a.pdf', body, { ...signed, stopAt: CHUNK })
    expect(uploadUrl).toContain('/upload/resumable/sign/')
    expect((await head(uploadUrl, {})).status).toBe(400)
    expect((await head(uploadUrl.replace('/sign/', '/'), {})).status).toBe(404)
    await upload(null, bucket, 'a.pdf', body, { ...signed, uploadUrl })
    expect(await shaOf(service().from(bucket).download('a.pdf'))).toBe(sha256(body))
    expect(await refusal(upload(null, bucket, 'b.pdf', body, signed))).toBe(400)
    expect(await refusal(upload(null, bucket, 'b.pdf', body, { endpoint: '/sign' }))).toBe(400)
    expect(failure(await anonymous().from(bucket).info('a.pdf'))).toEqual(NOT_FOUND)
  })
})
