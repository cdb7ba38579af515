import { createReadStream } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, inject, onTestFinished, test } from 'vitest'
import { DUPLICATE, failure, makeBucket, ok, service, storageUrl, textOf } from './support.ts'

const key = () => ({ apikey: inject('stack').secretKey })

describe('subir', () => {
  test('toma cadenas, Buffer, Blob, File, flujos y formularios, cada uno con su tipo', async () => {
    const bucket = await makeBucket()
    const dir = await mkdtemp(join(tmpdir(), 'triboka-subir-'))
    onTestFinished(() => rm(dir, { recursive: true, force: true }))
    await writeFile(join(dir, 'f'), 'contenido')
    const form = new FormData()
    form.append('', new Blob(['contenido'], { type: 'text/csv' }), 'x.csv')
    const bodies: [string, Parameters<ReturnType<typeof service>['from']>[0] | unknown, string, object?][] = [
      ['cadena.txt', 'contenido', 'text/plain;charset=UTF-8'],
      [
        'buffer.bin',
        Buffer.from('contenido'),
        'application/x-prueba',
        { contentType: 'application/x-prueba' },
      ],
      ['blob.pdf', new Blob(['contenido'], { type: 'application/pdf' }), 'application/pdf'],
      ['file.xml', new File(['contenido'], 'n.xml', { type: 'application/xml' }), 'application/xml'],
      ['web.txt', new Blob(['contenido']).stream(), 'text/plain;charset=UTF-8'],
      ['nodo.csv', createReadStream(join(dir, 'f')), 'text/csv', { contentType: 'text/csv' }],
      ['form.csv', form, 'text/csv'],
    ]
    for (const [name, body, type, options] of bodies) {
      const saved = ok(
        await service()
          .from(bucket)
          .upload(name, body as Blob, options),
      )
      expect(saved).toMatchObject({
        path: name,
        fullPath: `${bucket}/${name}`,
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      })
      const info = ok(await service().from(bucket).info(name))
      expect(info, name).toMatchObject({
        id: saved.id,
        size: 9,
        contentType: type,
        cacheControl: 'max-age=3600',
      })
      expect(await textOf(service().from(bucket).download(name)), name).toBe('contenido')
    }
  })

  test('guarda los metadatos del usuario y el cache-control, en formulario y en crudo', async () => {
    const bucket = await makeBucket()
    const options = { metadata: { lote: 'LT-0001', qq: 60.5 }, cacheControl: '60' }
    ok(await service().from(bucket).upload('a', 'x', options))
    ok(
      await service()
        .from(bucket)
        .upload('b', new Blob(['x']), options),
    )
    for (const name of ['a', 'b']) {
      expect(ok(await service().from(bucket).info(name))).toMatchObject({
        metadata: { lote: 'LT-0001', qq: 60.5 },
        cacheControl: 'max-age=60',
      })
    }
    const broken = { headers: { 'x-metadata': Buffer.from('[1').toString('base64') } }
    expect(failure(await service().from(bucket).upload('c', 'x', broken))).toMatchObject({
      statusCode: '400',
    })
  })

  test('no pisa sin upsert; con upsert y con update reemplaza y conserva el id', async () => {
    const bucket = await makeBucket()
    const files = service().from(bucket)
    const { id } = ok(await files.upload('a.txt', 'uno'))
    expect(failure(await files.upload('a.txt', 'dos'))).toEqual(DUPLICATE)
    expect(await textOf(files.download('a.txt'))).toBe('uno')
    expect(ok(await files.upload('a.txt', 'dos', { upsert: true })).id).toBe(id)
    expect(ok(await files.update('a.txt', new Blob(['tres'], { type: 'text/csv' }))).id).toBe(id)
    expect(await textOf(files.download('a.txt'))).toBe('tres')
    expect(ok(await files.info('a.txt'))).toMatchObject({ size: 4, contentType: 'text/csv' })
  })

  test('de cien subidas a la vez con un nombre gana una', async () => {
    const bucket = await makeBucket()
    const all = await Promise.all(
      Array.from({ length: 100 }, (_, i) => service().from(bucket).upload('a.txt', `v${i}`)),
    )
    const winners = all.flatMap((answer, i) => (answer.error ? [] : [`v${i}`]))
    expect(winners).toHaveLength(1)
    expect(await textOf(service().from(bucket).download('a.txt'))).toBe(winners[0])
  })

  test('rechaza lo que pasa del límite o no es de un tipo permitido, y no deja nada', async () => {
    const bucket = await makeBucket({ fileSizeLimit: 1000, allowedMimeTypes: ['text/*', 'application/pdf'] })
    const files = service().from(bucket)
    const tooLarge = {
      statusCode: '413',
      message: 'The object exceeded the maximum allowed size',
      code: 'EntityTooLarge',
    }
    const type = 'text/plain'
    expect(failure(await files.upload('a', 'x'.repeat(1001)))).toEqual(tooLarge)
    expect(failure(await files.upload('a', new Blob(['x'.repeat(1001)], { type })))).toEqual(tooLarge)
    // Nobody says how long a stream is: it is counted as it comes.
    expect(failure(await files.upload('a', new Blob(['x'.repeat(500_000)]).stream()))).toEqual(tooLarge)
    expect(failure(await files.upload('a', new Blob(['x'], { type: 'image/png' })))).toEqual({
      statusCode: '415',
      message: 'mime type image/png is not supported',
      code: 'InvalidMimeType',
    })
    expect(failure(await files.upload('a', 'x', { contentType: 'application/json' }))).toMatchObject({
      statusCode: '415',
    })
    expect(ok(await files.list())).toEqual([])
    ok(await files.upload('a', 'x'.repeat(1000)))
    ok(await files.upload('b', new Blob(['x'.repeat(1000)], { type })))
  })

  test('un formulario roto, sin archivo o sin límite de partes se rechaza con 400', async () => {
    const bucket = await makeBucket()
    const post = (body: string, type: string) =>
      fetch(storageUrl(`/object/${bucket}/a`), {
        method: 'POST',
        body,
        headers: { ...key(), 'content-type': type },
      })
    for (const [body, type] of [
      ['nada', 'multipart/form-data; boundary=x'],
      [
        '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nsolo un campo\r\n--x--\r\n',
        'multipart/form-data; boundary=x',
      ],
      [
        '--x\r\nContent-Disposition: form-data; name="a"; filename="a"\r\n\r\ncortado',
        'multipart/form-data; boundary=x',
      ],
      ['x', 'multipart/form-data'],
    ] as const) {
      const answer = await post(body, type)
      expect(answer.status, body).toBe(400)
      expect(await answer.json()).toMatchObject({ statusCode: '400' })
    }
    expect(ok(await service().from(bucket).list())).toEqual([])
  })
})
