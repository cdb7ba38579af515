import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, describe, expect, test } from 'vitest'
import { PROJECT_DIR } from '../../../supabase/local/settings.ts'
import { TooManyAtOnce } from '../turns.ts'
import { createRenderer } from './renderer.ts'
import { NotAnImage, type Transform } from './transform.ts'

const renderer = createRenderer()
afterAll(() => renderer.close())

const HEIC = await readFile(join(PROJECT_DIR, 'server/process/thumbnails/foto.heic'))
const PDF = await readFile(join(PROJECT_DIR, 'supabase/seed/storage/contratos/CT-2025-00014/contrato.pdf'))
const photo = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: '#7a4a20' } })

const SMALL: Transform = { width: 320, resize: 'contain', quality: 75, format: 'jpeg' }
let number = 0
const render = (source: Uint8Array, transform: Partial<Transform> = {}, more: object = {}) =>
  renderer.render({
    caller: 'ana',
    version: `v${number++}`,
    transform: { ...SMALL, ...transform },
    onlyImages: false,
    load: async () => source,
    ...more,
  })
const sizeOf = async (source: Uint8Array, transform: Partial<Transform> = {}) => {
  const { bytes, mime } = await render(source, transform)
  const { width, height, format } = await sharp(bytes).metadata()
  return [mime, format, width, height]
}

describe('se dibuja en pequeño', () => {
  test.each(['jpeg', 'png', 'webp', 'gif', 'avif', 'tiff'] as const)('una foto %s', async (format) => {
    const source = await photo(1200, 900).toFormat(format).toBuffer()
    expect(await sizeOf(source)).toEqual(['image/jpeg', 'jpeg', 320, 240])
  })

  test('una foto HEIC de un teléfono, con sus colores', async () => {
    expect(await sizeOf(HEIC)).toEqual(['image/jpeg', 'jpeg', 320, 240])
    const { bytes } = await render(HEIC, { format: 'png' })
    const pixel = await sharp(bytes).extract({ left: 80, top: 60, width: 1, height: 1 }).raw().toBuffer()
    // The yellow circle of the picture.
    expect(pixel[0]).toBeGreaterThan(200)
    expect(pixel[1]).toBeGreaterThan(180)
    expect(pixel[2]).toBeLessThan(80)
  })

  test('la primera página de un PDF: papel blanco con algo escrito', async () => {
    const { bytes } = await render(PDF, { format: 'png', width: 300 })
    const { width, height } = await sharp(bytes).metadata()
    expect(width).toBe(300)
    expect(height).toBeGreaterThan(380)
    const { channels } = await sharp(bytes).stats()
    expect(channels[0]).toMatchObject({ max: 255 })
    expect(channels[0]!.min).toBeLessThan(120)
    expect(channels[0]!.mean).toBeGreaterThan(200)
  })

  test('una foto girada por su EXIF sale derecha', async () => {
    const source = await photo(400, 200).jpeg().withMetadata({ orientation: 6 }).toBuffer()
    expect((await sizeOf(source, { width: 100 })).slice(2)).toEqual([100, 200])
  })

  test('la primera página de un TIFF de varias', async () => {
    const pages = await Promise.all([photo(300, 400), photo(300, 400)].map((page) => page.png().toBuffer()))
    const source = await sharp(pages, { join: { animated: true } })
      .tiff()
      .toBuffer()
    expect((await sizeOf(source, { width: 150 })).slice(2)).toEqual([150, 200])
  })

  test.each([
    [{ width: 100, height: 100, resize: 'cover' }, [100, 100]],
    [{ width: 100, height: 100, resize: 'contain' }, [100, 75]],
    [{ width: 100, height: 100, resize: 'fill' }, [100, 100]],
    [{ height: 90 }, [120, 90]],
    // Never larger than it is.
    [{ width: 2000 }, [400, 300]],
  ] as [Partial<Transform>, number[]][])('con %j mide %j', async (transform, size) => {
    const source = await photo(400, 300).png().toBuffer()
    const asked = { width: undefined, ...transform }
    expect((await sizeOf(source, asked)).slice(2)).toEqual(size)
  })
})

describe('lo que no se puede dibujar se dice, y se sigue dibujando', () => {
  test('ni un XML, ni una imagen cortada, ni un PDF con basura, ni un SVG', async () => {
    const jpeg = await photo(1200, 900).jpeg().toBuffer()
    for (const source of [
      Buffer.from('<?xml version="1.0"?><factura/>'),
      jpeg.subarray(0, jpeg.length / 2),
      Buffer.from('%PDF-1.7\nnada'),
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'),
      HEIC.subarray(0, HEIC.length / 2),
    ])
      await expect(render(source)).rejects.toThrow(NotAnImage)
    expect((await sizeOf(jpeg)).slice(2)).toEqual([320, 240])
  })

  test('ni una imagen de más píxeles de los que se abren', async () => {
    const source = await photo(10_000, 6000).png().toBuffer()
    expect(source.length).toBeLessThan(1_000_000)
    await expect(render(source)).rejects.toThrow(NotAnImage)
  })

  test('ni un PDF donde solo van imágenes', async () => {
    await expect(render(PDF, {}, { onlyImages: true })).rejects.toThrow(NotAnImage)
  })

  test('lo que tarda demasiado se deja, y el siguiente sale', async () => {
    const hurried = createRenderer({ patienceMs: 1 })
    const ask = (version: string) =>
      hurried.render({ caller: 'ana', version, transform: SMALL, onlyImages: false, load: async () => PDF })
    await expect(ask('a')).rejects.toThrow('not drawn within 1 ms')
    await expect(ask('b')).rejects.toThrow('not drawn within 1 ms')
    await hurried.close()
  })
})

test('lo mismo se dibuja una vez, lo pidan cuantos lo pidan', async () => {
  let loads = 0
  const load = async () => {
    loads++
    return PDF
  }
  const ask = () => render(PDF, {}, { version: 'la misma', load })
  const [first, ...others] = await Promise.all([ask(), ask(), ask()])
  expect(await ask()).toBe(first)
  for (const other of others) expect(other).toBe(first)
  expect(loads).toBe(1)
})

test('quien pide muchas a la vez espera por las suyas, sin quitar el lugar de otros', async () => {
  const source = await photo(800, 600).jpeg().toBuffer()
  const free = Promise.withResolvers<void>()
  let ended = 0
  const many = Array.from({ length: 60 }, () =>
    render(source, {}, { caller: 'rival', load: () => free.promise.then(() => source) })
      .catch((error) => error)
      .finally(() => ended++),
  )
  expect((await render(source, {}, { caller: 'ana' })).mime).toBe('image/jpeg')
  // One of it is at work and fifty wait; the rest is refused at once, and Ana went before those that wait.
  expect(ended).toBe(9)
  free.resolve()
  const answers = await Promise.all(many)
  expect(answers.filter((answer) => answer instanceof TooManyAtOnce)).toHaveLength(9)
})

test('lo que no se dibuja no se lee otra vez para cada quien lo pide', async () => {
  let loads = 0
  const load = async () => {
    loads++
    return Buffer.from('%PDF-1.7 nada')
  }
  for (const caller of ['ana', 'rival'])
    await expect(render(PDF, {}, { caller, version: 'dañada', load })).rejects.toThrow(NotAnImage)
  expect(loads).toBe(1)
})
