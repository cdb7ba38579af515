import { randomBytes, randomUUID } from 'node:crypto'
import { readdir, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { type StorageProcess, startStorageProcess } from './server-process.ts'
import { allow, makeBucket, ok, type Person, person, service } from './support.ts'
import { bearer, CHUNK, head, refusal, upload } from './tus.ts'

const MIB = 2 ** 20

/** Opens an upload and sends nothing. @returns its status and its address. */
async function open(
  url: string,
  bucket: string,
  who: Person | null,
  size: number | null,
  signature?: string,
) {
  const encode = (text: string) => Buffer.from(text).toString('base64')
  const name = signature ? 'firmado.pdf' : `${randomUUID()}.pdf`
  const answer = await fetch(`${url}/storage/v1/upload/resumable${signature ? '/sign' : ''}`, {
    method: 'POST',
    headers: {
      'tus-resumable': '1.0.0',
      ...(size === null ? { 'upload-defer-length': '1' } : { 'upload-length': String(size) }),
      'upload-metadata': `bucketName ${encode(bucket)},objectName ${encode(name)},contentType ${encode('application/pdf')}`,
      ...(who && bearer(who)),
      ...(signature && { 'x-signature': signature }),
    },
  })
  return { status: answer.status, url: answer.headers.get('location'), text: await answer.text() }
}

describe('las subidas sin terminar', () => {
  let server: StorageProcess
  let bucket: string
  let ana: Person
  let luis: Person

  beforeEach(async () => {
    server = await startStorageProcess({ openUploads: 4, openBytes: 100 * MIB })
    bucket = await makeBucket({}, server.url)
    ;[ana, luis] = [await person(server.url), await person(server.url)]
    for (const who of [ana, luis]) await allow(who, bucket, ['insert', 'select'])
  })

  const statuses = async (times: number, who: Person, size: number | null) =>
    (await Promise.all(Array.from({ length: times }, () => open(server.url, bucket, who, size))))
      .map(({ status }) => status)
      .sort()

  test('de una persona tienen un número, aunque las abra a la vez; la que sigue sube lo suyo', async () => {
    expect(await statuses(12, ana, MIB)).toEqual([...Array(4).fill(201), ...Array(8).fill(429)])
    const refused = await open(server.url, bucket, ana, MIB)
    expect(refused.text).toContain('at most 4 at once and 100 MiB in all')
    expect(await statuses(4, luis, MIB)).toEqual(Array(4).fill(201))
    // Whoever is refused while its bytes still come gets to read why.
    const body = randomBytes(CHUNK)
    for (let i = 0; i < 15; i++)
      expect(await refusal(upload(ana, bucket, 'a.pdf', body, { url: server.url }))).toBe(429)
    ok(await ana.storage.from(bucket).upload('a.pdf', 'de una vez'))
  })

  test('tienen un tamaño en total, el que dijeron o el que cabe en el bucket si no lo dicen', async () => {
    expect(await statuses(6, ana, 40 * MIB)).toEqual([201, 201, 429, 429, 429, 429])
    const small = await makeBucket({ fileSizeLimit: 60 * MIB }, server.url)
    await allow(luis, small, ['insert'])
    expect((await open(server.url, small, luis, null)).status).toBe(201)
    expect((await open(server.url, small, luis, null)).status).toBe(429)
    expect((await open(server.url, small, luis, 40 * MIB)).status).toBe(201)
  })

  test('terminar o cancelar una da lugar a otra; el servidor se acuerda tras un corte', async () => {
    const opened = []
    for (let i = 0; i < 4; i++) opened.push(await open(server.url, bucket, ana, MIB))
    await server.restart()
    expect((await open(server.url, bucket, ana, MIB)).status).toBe(429)
    const cancel = await fetch(opened[0]!.url!, {
      method: 'DELETE',
      headers: { 'tus-resumable': '1.0.0', ...bearer(ana) },
    })
    expect(cancel.status).toBe(204)
    await upload(ana, bucket, 'entera.pdf', randomBytes(CHUNK * 2), { url: server.url })
    expect((await open(server.url, bucket, ana, MIB)).status).toBe(201)
    expect((await open(server.url, bucket, ana, MIB)).status).toBe(429)
  })

  test('la que lleva una hora quieta deja su lugar a otra de la misma persona', async () => {
    const opened = []
    for (let i = 0; i < 4; i++) opened.push(await open(server.url, bucket, ana, MIB))
    const [store] = await readdir(join(server.storageDir, '.store~'))
    const folder = join(server.storageDir, '.store~', store!, 'resumable')
    const old = new Date(Date.now() - 61 * 60_000)
    await utimes(join(folder, `${opened[2]!.url!.split('/').at(-1)}.part`), old, old)
    await server.restart()
    expect((await open(server.url, bucket, luis, MIB)).status).toBe(201)
    expect((await open(server.url, bucket, ana, MIB)).status).toBe(201)
    expect((await open(server.url, bucket, ana, MIB)).status).toBe(429)
    expect((await head(opened[2]!.url!, bearer(ana))).status).toBe(404)
    expect((await head(opened[1]!.url!, bearer(ana))).status).toBe(200)
  })

  test('las que entran por un enlace cuentan como de quien lo hizo', async () => {
    const { token } = ok(await ana.storage.from(bucket).createSignedUploadUrl('firmado.pdf'))
    for (let i = 0; i < 4; i++) expect((await open(server.url, bucket, null, MIB, token)).status).toBe(201)
    expect((await open(server.url, bucket, null, MIB, token)).status).toBe(429)
    expect((await open(server.url, bucket, ana, MIB)).status).toBe(429)
  })

  test('la clave secreta no tiene cupo', async () => {
    const { token } = ok(await service(server.url).from(bucket).createSignedUploadUrl('firmado.pdf'))
    for (let i = 0; i < 6; i++) expect((await open(server.url, bucket, null, MIB, token)).status).toBe(201)
  })
})
