import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, inject, test } from 'vitest'
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

describe('bajar', () => {
  test('responde a rangos, a HEAD y a lo que el cliente ya tiene', async () => {
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

  test('un objeto vacío se sube y se baja', async () => {
    const bucket = await makeBucket()
    ok(await service().from(bucket).upload('vacio', Buffer.alloc(0)))
    expect(await textOf(service().from(bucket).download('vacio'))).toBe('')
    expect((await get(`/object/${bucket}/vacio`, { range: 'bytes=0-' })).status).toBe(416)
  })

  test('lo que un navegador abre aquí no se ejecuta', async () => {
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

  test('download pone el nombre del adjunto, con acentos y sin partir el encabezado', async () => {
    const bucket = await makeBucket({ public: true })
    ok(await service().from(bucket).upload('a.txt', 'x'))
    const disposition = async (name: string) =>
      (
        await fetch(anonymous().from(bucket).getPublicUrl('a.txt', { download: name }).data.publicUrl)
      ).headers.get('content-disposition')
    expect(await disposition('análisis "1".csv')).toBe(
      `attachment; filename="analisis _1_.csv"; filename*=UTF-8''an%C3%A1lisis%20%221%22.csv`,
    )
    expect(await disposition('a\r\nset-cookie: x=1')).not.toMatch(/[\r\n]/)
    const plain = await fetch(`${storageUrl(`/object/public/${bucket}/a.txt`)}?download=`)
    expect(plain.headers.get('content-disposition')).toBe('attachment')
  })

  test('un bucket público se lee sin llave; uno privado no dice ni que existe', async () => {
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
  test('mueve y copia dentro del bucket y a otro, con sus metadatos', async () => {
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

  test('no mueve ni copia sobre otro objeto, ni de donde no hay nada', async () => {
    const files = service().from(await makeBucket())
    for (const name of ['a', 'b']) ok(await files.upload(name, name))
    expect(failure(await files.move('a', 'b'))).toEqual(DUPLICATE)
    expect(failure(await files.copy('a', 'b'))).toEqual(DUPLICATE)
    expect(failure(await files.move('nada', 'c'))).toEqual(NOT_FOUND)
    expect(failure(await files.copy('nada', 'c'))).toEqual(NOT_FOUND)
    expect(failure(await files.move('a', '../c'))).toMatchObject({ code: 'InvalidKey' })
    expect(await textOf(files.download('b'))).toBe('b')
  })

  test('borra los que están y devuelve sus filas; los demás se callan', async () => {
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

  test('el árbol en disco se lee como los buckets y queda limpio', async () => {
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

describe('lo que este almacén no tiene', () => {
  test('se niega con un error de storage-api, no en silencio', async () => {
    const files = service().from(await makeBucket())
    ok(await files.upload('a.png', 'x', { contentType: 'image/png' }))
    const notEnabled = { statusCode: '409', code: 'FeatureNotEnabled' }
    expect(failure(await files.download('a.png', { versionId: 'x' }))).toMatchObject(notEnabled)
    expect(failure(await files.remove([{ path: 'a.png', versionId: 'x' }]))).toMatchObject(notEnabled)
    expect(failure(await service().getBucketLifecycle('x'))).toMatchObject(notEnabled)
    expect(ok(await files.purgeCache('a.png'))).toEqual({ message: 'success' })
    expect(failure(await anonymous().from('x').purgeCache('a.png'))).toMatchObject({ statusCode: '403' })
    const nowhere = await get('/nada')
    expect([nowhere.status, await nowhere.json()]).toMatchObject([
      404,
      { statusCode: '404', error: 'Not Found' },
    ])
  })
})
