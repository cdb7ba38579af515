import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { PROJECT_DIR } from '../../supabase/local/settings.ts'
import { allow, anonymous, failure, makeBucket, ok, person, service, storageUrl } from './support.ts'

const photo = (format: 'jpeg' | 'png' = 'jpeg', width = 1200, height = 900) =>
  sharp({ create: { width, height, channels: 3, background: '#7a4a20' } })
    .toFormat(format)
    .toBuffer()

const measure = async (bytes: Uint8Array) => {
  const { width, height, format } = await sharp(bytes).metadata()
  return [format, width, height]
}
const fetchImage = async (url: string, accept = '*/*') => {
  const response = await fetch(url, { headers: { accept } })
  return [response.status, ...(await measure(await response.bytes()))]
}

async function withPhoto(isPublic = false) {
  const bucket = await makeBucket({ public: isPublic })
  ok(
    await service()
      .from(bucket)
      .upload('fotos/camion.jpg', await photo(), { contentType: 'image/jpeg' }),
  )
  return bucket
}

describe('imágenes transformadas, por el SDK', () => {
  test('se bajan pequeñas, y solo por quien ve el objeto', async () => {
    const bucket = await withPhoto()
    const ana = await person()
    const transform = { width: 320 }
    const hidden = await ana.storage.from(bucket).download('fotos/camion.jpg', { transform })
    expect(hidden.error).not.toBeNull()
    await allow(ana, bucket, ['select'])
    const small = ok(await ana.storage.from(bucket).download('fotos/camion.jpg', { transform }))
    expect([small.type, ...(await measure(await small.bytes()))]).toEqual(['image/jpeg', 'jpeg', 320, 240])
  })

  test('por un enlace firmado sale lo que se firmó, y nada más', async () => {
    const bucket = await withPhoto()
    const { signedUrl } = ok(
      await service()
        .from(bucket)
        .createSignedUrl('fotos/camion.jpg', 600, { transform: { width: 100, height: 100 } }),
    )
    expect(await fetchImage(signedUrl)).toEqual([200, 'jpeg', 100, 100])
    // What the address says besides counts for nothing, and the whole photo is not behind it.
    expect(await fetchImage(`${signedUrl}&width=800`)).toEqual([200, 'jpeg', 100, 100])
    expect((await fetch(signedUrl.replace('/render/image/', '/object/'))).status).toBe(400)
    const whole = ok(await service().from(bucket).createSignedUrl('fotos/camion.jpg', 600)).signedUrl
    expect((await fetch(whole.replace('/object/', '/render/image/'))).status).toBe(400)
  })

  test('de un bucket público se ven sin llave; de uno privado no', async () => {
    const bucket = await withPhoto(true)
    const transform = { width: 300, height: 100, resize: 'contain' } as const
    const { publicUrl } = anonymous().from(bucket).getPublicUrl('fotos/camion.jpg', { transform }).data
    expect(await fetchImage(publicUrl)).toEqual([200, 'jpeg', 134, 100])
    expect(await fetchImage(publicUrl, 'image/webp,*/*')).toEqual([200, 'webp', 134, 100])
    expect(await fetchImage(`${publicUrl}&format=origin`, 'image/webp,*/*')).toEqual([200, 'jpeg', 134, 100])
    const hidden = await withPhoto()
    const response = await fetch(storageUrl(`/render/image/public/${hidden}/fotos/camion.jpg?width=10`))
    expect([response.status, await response.text()]).toEqual([
      400,
      expect.stringContaining('Bucket not found'),
    ])
  })

  test('de una foto HEIC también, y quien la tiene no la baja otra vez', async () => {
    const bucket = await makeBucket({ public: true })
    const heic = await readFile(join(PROJECT_DIR, 'server/process/thumbnails/foto.heic'))
    ok(await service().from(bucket).upload('foto.heic', heic, { contentType: 'image/heic' }))
    const url = storageUrl(`/render/image/public/${bucket}/foto.heic?width=64&quality=40`)
    const first = await fetch(url)
    expect(await measure(await first.bytes())).toEqual(['jpeg', 64, 48])
    const again = await fetch(url, { headers: { 'if-none-match': first.headers.get('etag')! } })
    expect(again.status).toBe(304)
    expect((await fetch(url, { method: 'HEAD' })).headers.get('content-type')).toBe('image/jpeg')
  })

  test('lo que no es una imagen, o una medida imposible, se rechaza con su motivo', async () => {
    const bucket = await makeBucket()
    ok(await service().from(bucket).upload('a.png', 'esto no es una imagen', { contentType: 'image/png' }))
    const get = (transform: object) => service().from(bucket).download('a.png', { transform })
    expect(failure(await get({ width: 10 })).message).toBe(
      'The object is not an image that can be transformed',
    )
    for (const [transform, field] of [
      [{ width: 2501 }, 'width'],
      [{ height: -1 }, 'height'],
      [{ quality: 5 }, 'quality'],
      [{ resize: 'otro' }, 'resize'],
    ] as const) {
      const refused = expect.stringMatching(new RegExp(`^${field} is not valid`))
      expect(failure(await get(transform)).message).toEqual(refused)
      const link = await service()
        .from(bucket)
        .createSignedUrl('a.png', 60, { transform: transform as object })
      expect(failure(link).message).toEqual(refused)
    }
  })
})
