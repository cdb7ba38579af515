import { describe, expect, inject, test, vi } from 'vitest'
import { sign } from '../support/sign.ts'
import { sql } from '../support/sql.ts'
import {
  allow,
  anonymous,
  DUPLICATE,
  failure,
  makeBucket,
  ok,
  person,
  service,
  storageUrl,
  textOf,
} from './support.ts'

const text = async (url: string) => {
  const answer = await fetch(url)
  return [answer.status, await answer.text()] as const
}

describe('enlaces firmados para bajar', () => {
  test('bajan sin llave hasta que vencen, con el nombre pedido', async () => {
    const bucket = await makeBucket()
    ok(await service().from(bucket).upload('a b/c.txt', 'hola'))
    const { signedUrl } = ok(
      await service().from(bucket).createSignedUrl('a b/c.txt', 60, { download: 'análisis.csv' }),
    )
    const answer = await fetch(signedUrl)
    expect(await answer.text()).toBe('hola')
    expect(answer.headers.get('content-disposition')).toContain(`filename*=UTF-8''an%C3%A1lisis.csv`)
    expect(Date.parse(answer.headers.get('expires')!)).toBeGreaterThan(Date.now())

    const short = ok(await service().from(bucket).createSignedUrl('a b/c.txt', 1)).signedUrl
    expect((await text(short))[0]).toBe(200)
    await vi.waitFor(async () => expect((await text(short))[0]).toBe(400), { timeout: 5000, interval: 300 })
  })

  test('en lote, cada uno con su resultado y en su orden', async () => {
    const bucket = await makeBucket()
    for (const name of ['a', 'b']) ok(await service().from(bucket).upload(name, name))
    const [b, none, a] = ok(await service().from(bucket).createSignedUrls(['b', 'nada', 'a'], 60))
    expect([await text(b!.signedUrl!), await text(a!.signedUrl!)]).toEqual([
      [200, 'b'],
      [200, 'a'],
    ])
    expect(none).toMatchObject({
      path: 'nada',
      signedUrl: null,
      error: 'Either the object does not exist or you do not have access to it',
    })
  })

  test('no valen para otro objeto, ni cambiados, ni para subir; una sesión no es un enlace', async () => {
    const bucket = await makeBucket()
    for (const name of ['a', 'b']) ok(await service().from(bucket).upload(name, name))
    const { signedUrl } = ok(await service().from(bucket).createSignedUrl('a', 60))
    const token = new URL(signedUrl).searchParams.get('token')!
    const link = (name: string, value: string) => storageUrl(`/object/sign/${bucket}/${name}?token=${value}`)
    expect((await text(link('a', token)))[0]).toBe(200)
    expect((await text(link('b', token)))[0]).toBe(400)
    expect((await text(link('a', `${token.slice(0, -2)}xx`)))[0]).toBe(400)
    expect((await text(storageUrl(`/object/sign/${bucket}/a`)))[0]).toBe(400)
    const session = await sign({ role: 'service_role', aud: 'download', url: `${bucket}/a` })
    expect((await text(link('a', session)))[0]).toBe(400)
    expect(failure(await anonymous().from(bucket).uploadToSignedUrl('a', token, 'x'))).toMatchObject({
      statusCode: '400',
    })
    const asKey = await fetch(storageUrl(`/object/${bucket}/a`), {
      headers: { authorization: `Bearer ${token}`, apikey: inject('stack').publishableKey },
    })
    expect(asKey.ok).toBe(false)
  })
})

describe('enlaces firmados para subir', () => {
  test('suben una vez, a nombre de quien firmó y sin más llave que el enlace', async () => {
    const bucket = await makeBucket()
    const who = await person()
    await allow(who, bucket, ['insert'])
    const { token, signedUrl } = ok(await who.storage.from(bucket).createSignedUploadUrl('a.txt'))
    const put = () =>
      fetch(signedUrl, { method: 'PUT', body: 'hola', headers: { 'content-type': 'text/plain' } })
    expect((await put()).status).toBe(200)
    expect(await textOf(service().from(bucket).download('a.txt'))).toBe('hola')
    const [row] = await sql<{ owner_id: string }>(
      'select owner_id from storage.objects where bucket_id = $1',
      [bucket],
    )
    expect(row?.owner_id).toBe(who.id)
    expect((await put()).status).toBe(400)
    expect(
      failure(
        await anonymous()
          .from(bucket)
          .uploadToSignedUrl('a.txt', token, new Blob(['x'])),
      ),
    ).toEqual(DUPLICATE)
  })

  test('reemplazan solo si así se firmaron; no valen para otro nombre ni para bajar', async () => {
    const bucket = await makeBucket()
    const files = service().from(bucket)
    ok(await files.upload('a.txt', 'uno'))
    const { token } = ok(await files.createSignedUploadUrl('a.txt', { upsert: true }))
    const open = anonymous().from(bucket)
    ok(await open.uploadToSignedUrl('a.txt', token, new Blob(['dos'], { type: 'text/plain' })))
    expect(await textOf(files.download('a.txt'))).toBe('dos')
    expect(failure(await open.uploadToSignedUrl('b.txt', token, 'x'))).toMatchObject({
      statusCode: '400',
      code: 'InvalidSignature',
    })
    expect((await text(storageUrl(`/object/sign/${bucket}/a.txt?token=${token}`)))[0]).toBe(400)
    expect(failure(await files.createSignedUploadUrl('ñ'))).toMatchObject({ code: 'InvalidKey' })
  })
})
