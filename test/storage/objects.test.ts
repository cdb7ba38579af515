import { createReadStream } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import {
  anonymous,
  DUPLICATE,
  failure,
  makeBucket,
  NOT_FOUND,
  ok,
  service,
  storageUrl,
  textOf,
} from './support.ts'

const key = () => ({ apikey: inject('stack').secretKey })
const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  fetch(storageUrl(path), { method, headers: { ...key(), ...headers } })

describe('subir', () => {
  it('toma cadenas, Buffer, Blob, File, flujos y formularios, cada uno con su tipo', async () => {
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

  it('guarda los metadatos del usuario y el cache-control, en formulario y en crudo', async () => {
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

  it('no pisa sin upsert; con upsert y con update reemplaza y conserva el id', async () => {
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

  it('de cien subidas a la vez con un nombre gana una', async () => {
    const bucket = await makeBucket()
    const all = await Promise.all(
      Array.from({ length: 100 }, (_, i) => service().from(bucket).upload('a.txt', `v${i}`)),
    )
    const winners = all.flatMap((answer, i) => (answer.error ? [] : [`v${i}`]))
    expect(winners).toHaveLength(1)
    expect(await textOf(service().from(bucket).download('a.txt'))).toBe(winners[0])
  })

  it('rechaza lo que pasa del límite o no es de un tipo permitido, y no deja nada', async () => {
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

  it('un formulario roto, sin archivo o sin límite de partes se rechaza con 400', async () => {
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

describe('bajar', () => {
  it('responde a rangos, a HEAD y a lo que el cliente ya tiene', async () => {
    const bucket = await makeBucket()
    ok(await service().from(bucket).upload('a.txt', '0123456789', { cacheControl: '60' }))
    const path = `/object/${bucket}/a.txt`
    const ranged = async (range: string, headers = {}) => {
      const answer = await get(path, { range, ...headers })
      return [answer.status, answer.headers.get('content-range'), await answer.text()]
    }
    expect(await ranged('bytes=2-4')).toEqual([206, 'bytes 2-4/10', '234'])
    expect(await ranged('bytes=7-')).toEqual([206, 'bytes 7-9/10', '789'])
    expect(await ranged('bytes=-3')).toEqual([206, 'bytes 7-9/10', '789'])
    expect(await ranged('bytes=5-999')).toEqual([206, 'bytes 5-9/10', '56789'])
    for (const whole of ['bytes=4-2', 'bytes=a-b', 'lines=1-2', 'bytes=0-1,3-4', 'bytes=-']) {
      expect(await ranged(whole), whole).toEqual([200, null, '0123456789'])
    }
    const beyond = await get(path, { range: 'bytes=10-' })
    expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, 'bytes */10'])
    expect(await beyond.json()).toMatchObject({ statusCode: '416', error: 'invalid_range' })

    const head = await get(path, {}, 'HEAD')
    expect(head.status).toBe(200)
    expect(Object.fromEntries(head.headers)).toMatchObject({
      'content-length': '10',
      'accept-ranges': 'bytes',
      'cache-control': 'max-age=60',
      'x-content-type-options': 'nosniff',
    })
    const etag = head.headers.get('etag')!
    const modified = head.headers.get('last-modified')!
    expect((await get(path, { 'if-none-match': etag })).status).toBe(304)
    expect((await get(path, { 'if-none-match': '"otro"' })).status).toBe(200)
    expect((await get(path, { 'if-modified-since': modified })).status).toBe(304)
    expect((await ranged('bytes=0-1', { 'if-range': etag }))[0]).toBe(206)
    expect((await ranged('bytes=0-1', { 'if-range': '"otro"' }))[0]).toBe(200)
  })

  it('un objeto vacío se sube y se baja', async () => {
    const bucket = await makeBucket()
    ok(await service().from(bucket).upload('vacio', Buffer.alloc(0)))
    expect(await textOf(service().from(bucket).download('vacio'))).toBe('')
    expect((await get(`/object/${bucket}/vacio`, { range: 'bytes=0-' })).status).toBe(416)
  })

  it('lo que un navegador abre aquí no se ejecuta', async () => {
    const bucket = await makeBucket()
    for (const type of [
      'text/html',
      'image/svg+xml',
      'application/xhtml+xml',
      'text/xml',
      'application/javascript',
    ]) {
      ok(await service().from(bucket).upload('a', '<script>1</script>', { contentType: type, upsert: true }))
      const { headers } = await get(`/object/${bucket}/a`)
      expect(headers.get('content-security-policy'), type).toContain('sandbox')
      expect(headers.get('x-content-type-options')).toBe('nosniff')
    }
    ok(await service().from(bucket).upload('a.pdf', '%PDF', { contentType: 'application/pdf' }))
    expect((await get(`/object/${bucket}/a.pdf`)).headers.get('content-security-policy')).toBeNull()
  })

  it('download pone el nombre del adjunto, con acentos y sin partir el encabezado', async () => {
    const bucket = await makeBucket({ public: true })
    ok(await service().from(bucket).upload('a.txt', 'x'))
    const disposition = async (name: string) =>
      (
        await fetch(anonymous().from(bucket).getPublicUrl('a.txt', { download: name }).data.publicUrl)
      ).headers.get('content-disposition')
    expect(await disposition('análisis "1".csv')).toBe(
      `attachment; filename="an_lisis _1_.csv"; filename*=UTF-8''an%C3%A1lisis%20%221%22.csv`,
    )
    expect(await disposition('a\r\nset-cookie: x=1')).not.toMatch(/[\r\n]/)
    const plain = await fetch(`${storageUrl(`/object/public/${bucket}/a.txt`)}?download=`)
    expect(plain.headers.get('content-disposition')).toBe('attachment')
  })

  it('un bucket público se lee sin llave; uno privado no dice ni que existe', async () => {
    const open = await makeBucket({ public: true })
    const closed = await makeBucket()
    for (const bucket of [open, closed]) ok(await service().from(bucket).upload('a.txt', 'x'))
    expect(await (await fetch(storageUrl(`/object/public/${open}/a.txt`))).text()).toBe('x')
    expect((await fetch(storageUrl(`/object/info/public/${open}/a.txt`))).status).toBe(200)
    const refused = await fetch(storageUrl(`/object/public/${closed}/a.txt`))
    const missing = await fetch(storageUrl(`/object/public/nada-${closed}/a.txt`))
    expect([refused.status, await refused.text()]).toEqual([missing.status, await missing.text()])
    expect((await fetch(storageUrl(`/object/${open}/a.txt`))).status).toBe(401)
  })
})

describe('mover, copiar y borrar', () => {
  it('mueve y copia dentro del bucket y a otro, con sus metadatos', async () => {
    const [from, to] = [await makeBucket(), await makeBucket()]
    const files = service().from(from)
    const { id } = ok(await files.upload('a/1.txt', 'hola', { metadata: { n: 1 } }))
    expect(ok(await files.copy('a/1.txt', 'b/2.txt'))).toEqual({ path: `${from}/b/2.txt` })
    expect(ok(await files.move('a/1.txt', 'c/3.txt', { destinationBucket: to })).message).toBe(
      'Successfully moved',
    )
    expect(failure(await files.info('a/1.txt'))).toEqual(NOT_FOUND)
    expect(ok(await service().from(to).info('c/3.txt'))).toMatchObject({ id, metadata: { n: 1 } })
    ok(
      await files.copy('b/2.txt', 'd.txt', {
        destinationBucket: to,
        copyMetadata: false,
        metadata: { mimetype: 'text/csv' },
      }),
    )
    expect(ok(await service().from(to).info('d.txt'))).toMatchObject({
      contentType: 'text/csv',
      metadata: null,
    })
    ok(await files.remove(['b/2.txt']))
    expect(await textOf(service().from(to).download('d.txt'))).toBe('hola')
    expect(await textOf(service().from(to).download('c/3.txt'))).toBe('hola')
  })

  it('no mueve ni copia sobre otro objeto, ni de donde no hay nada', async () => {
    const files = service().from(await makeBucket())
    for (const name of ['a', 'b']) ok(await files.upload(name, name))
    expect(failure(await files.move('a', 'b'))).toEqual(DUPLICATE)
    expect(failure(await files.copy('a', 'b'))).toEqual(DUPLICATE)
    expect(failure(await files.move('nada', 'c'))).toEqual(NOT_FOUND)
    expect(failure(await files.copy('nada', 'c'))).toEqual(NOT_FOUND)
    expect(failure(await files.move('a', '../c'))).toMatchObject({ code: 'InvalidKey' })
    expect(await textOf(files.download('b'))).toBe('b')
  })

  it('borra los que están y devuelve sus filas; los demás se callan', async () => {
    const bucket = await makeBucket()
    const files = service().from(bucket)
    for (const name of ['a', 'b/c']) ok(await files.upload(name, name))
    const removed = ok(await files.remove(['a', 'b/c', 'nada', 'a']))
    expect(removed.map((row) => [row.bucket_id, row.name]).sort()).toEqual([
      [bucket, 'a'],
      [bucket, 'b/c'],
    ])
    expect(ok(await files.list())).toEqual([])
    expect(ok(await files.remove(['a']))).toEqual([])
    expect((await get(`/object/${bucket}/a`, {}, 'DELETE')).status).toBe(400)
  })

  it('el árbol en disco se lee como los buckets y queda limpio', async () => {
    const bucket = await makeBucket()
    const file = (name: string) =>
      readFile(join(inject('stack').storageDir, bucket, name), 'utf8').catch(() => null)
    const files = service().from(bucket)
    ok(await files.upload('CT-2025-00014/contrato.pdf', 'uno'))
    expect(await file('CT-2025-00014/contrato.pdf')).toBe('uno')
    ok(await files.update('CT-2025-00014/contrato.pdf', 'dos'))
    expect(await file('CT-2025-00014/contrato.pdf')).toBe('dos')
    ok(await files.move('CT-2025-00014/contrato.pdf', 'CT-2025-00015/contrato.pdf'))
    expect(await file('CT-2025-00014/contrato.pdf')).toBeNull()
    expect(await file('CT-2025-00015/contrato.pdf')).toBe('dos')
    ok(await files.remove(['CT-2025-00015/contrato.pdf']))
    expect(await file('CT-2025-00015/contrato.pdf')).toBeNull()
  })
})
