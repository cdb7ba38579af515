import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { appendFile, mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as tus from 'tus-js-client'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { startStorageProcess } from './server-process.ts'
import {
  allow,
  anonymous,
  failure,
  makeBucket,
  NOT_FOUND,
  ok,
  type Person,
  person,
  service,
} from './support.ts'

const CHUNK = 256 * 1024

interface Options {
  url?: string
  metadata?: Record<string, string>
  headers?: Record<string, string>
  endpoint?: string
  uploadUrl?: string
  /** Stops after so many bytes, as a lost connection would. */
  stopAt?: number
}

/** Uploads as Supabase's guide shows it. @returns the URL of the upload, whether it ended or was stopped. */
function upload(
  who: Pick<Person, 'token'> | null,
  bucket: string,
  name: string,
  body: Buffer,
  options: Options = {},
): Promise<string> {
  const url = options.url ?? inject('stack').supabaseUrl
  return new Promise((resolve, reject) => {
    const sender = new tus.Upload(body, {
      endpoint: `${url}/storage/v1/upload/resumable${options.endpoint ?? ''}`,
      uploadUrl: options.uploadUrl,
      retryDelays: [],
      chunkSize: CHUNK,
      uploadDataDuringCreation: true,
      removeFingerprintOnSuccess: true,
      headers: {
        apikey: inject('stack').publishableKey,
        ...(who && { authorization: `Bearer ${who.token}` }),
        ...options.headers,
      },
      metadata: {
        bucketName: bucket,
        objectName: name,
        contentType: 'application/pdf',
        cacheControl: '3600',
        ...options.metadata,
      },
      onError: reject,
      onSuccess: () => resolve(sender.url!),
      onChunkComplete: (_size, accepted) => {
        if (options.stopAt === undefined || accepted < options.stopAt || accepted >= body.length) return
        void sender.abort().then(() => resolve(sender.url!))
      },
    })
    sender.start()
  })
}

const statusOf = (error: unknown) => (error as tus.DetailedError).originalResponse?.getStatus()
const refusal = (work: Promise<unknown>) => work.then(() => 'aceptada', statusOf)

const sha = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
const shaOf = async (answer: PromiseLike<{ data: Blob | null; error: unknown }>) =>
  sha(Buffer.from(await ok(await answer).arrayBuffer()))

const head = (url: string, headers: Record<string, string>) =>
  fetch(url, {
    method: 'HEAD',
    headers: { 'tus-resumable': '1.0.0', apikey: inject('stack').publishableKey, ...headers },
  })
const bearer = (who: Person) => ({ authorization: `Bearer ${who.token}` })

describe('subidas que se reanudan', () => {
  it('sube por partes, con sus metadatos, y la dirección sirve tras la puerta de enlace', async () => {
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
    expect(await shaOf(files.download('f/a.pdf'))).toBe(sha(body))
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

  it('continúa donde quedó después de que el servidor muere', async () => {
    const server = await startStorageProcess()
    const bucket = await makeBucket({}, server.url)
    const who = await person(server.url)
    await allow(who, bucket, ['insert', 'select'])
    const body = randomBytes(CHUNK * 4)
    const uploadUrl = await upload(who, bucket, 'a.pdf', body, { url: server.url, stopAt: CHUNK * 2 })
    await server.restart()
    expect(failure(await who.storage.from(bucket).info('a.pdf'))).toEqual(NOT_FOUND)
    const offset = Number((await head(uploadUrl, bearer(who))).headers.get('upload-offset'))
    expect(offset).toBeGreaterThanOrEqual(CHUNK * 2)
    await upload(who, bucket, 'a.pdf', body, { url: server.url, uploadUrl })
    expect(await shaOf(who.storage.from(bucket).download('a.pdf'))).toBe(sha(body))
  })

  it('si muere con todo recibido y sin el objeto, lo hace cuando el cliente pregunta', async () => {
    const server = await startStorageProcess()
    const bucket = await makeBucket({}, server.url)
    const who = await person(server.url)
    await allow(who, bucket, ['insert', 'select'])
    const body = randomBytes(CHUNK * 3)
    const uploadUrl = await upload(who, bucket, 'a.pdf', body, { url: server.url, stopAt: CHUNK })
    await server.kill()
    const [database] = await readdir(join(server.storageDir, '.store~'))
    const part = join(
      server.storageDir,
      '.store~',
      database!,
      'resumable',
      `${uploadUrl.split('/').at(-1)}.part`,
    )
    await appendFile(part, body.subarray((await stat(part)).size))
    await server.restart()
    const answers = await Promise.all([1, 2, 3].map(() => head(uploadUrl, bearer(who))))
    for (const answer of answers)
      expect([answer.status, answer.headers.get('upload-offset')]).toEqual([200, String(body.length)])
    expect(await shaOf(who.storage.from(bucket).download('a.pdf'))).toBe(sha(body))
  })

  it('lo que nadie terminó se barre pasado un día; lo reciente queda', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'triboka-resumable-'))
    onTestFinished(() => rm(folder, { recursive: true, force: true }))
    const store = new ResumableStore(folder)
    const binding = {
      bucket: 'b',
      name: 'n',
      upsert: false,
      owner: null,
      role: 'anon',
      isSigned: false,
      version: randomUUID(),
    }
    const ages = { old: 25, recent: 23 }
    const ids = Object.fromEntries(Object.keys(ages).map((name) => [name, randomUUID()]))
    for (const [name, hours] of Object.entries(ages)) {
      const createdAt = new Date(Date.now() - hours * 3600_000).toISOString()
      await store.save({ id: ids[name]!, size: 4, createdAt, binding, isFinished: false })
      await appendFile(store.partOf(ids[name]!), 'hola')
    }
    expect(await store.deleteExpired()).toBe(1)
    expect((await readdir(folder)).sort()).toEqual([`${ids.recent}.json`, `${ids.recent}.part`])
  })

  it('ni el rival ni un anónimo la continúan, la miran o la cancelan: para ellos no existe', async () => {
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
    expect(await shaOf(who.storage.from(bucket).download('a.pdf'))).toBe(sha(body))
  })

  it('pide permiso al empezar y otra vez al terminar', async () => {
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

  it('reemplaza solo con x-upsert, y respeta tamaño, tipo y nombre', async () => {
    const bucket = await makeBucket({ fileSizeLimit: CHUNK * 2, allowedMimeTypes: ['application/pdf'] })
    const who = await person()
    await allow(who, bucket, ['insert', 'select', 'update'])
    const [one, two] = [randomBytes(100), randomBytes(CHUNK + 5)]
    await upload(who, bucket, 'a.pdf', one)
    expect(await refusal(upload(who, bucket, 'a.pdf', two))).toBe(409)
    await upload(who, bucket, 'a.pdf', two, { headers: { 'x-upsert': 'true' } })
    expect(await shaOf(who.storage.from(bucket).download('a.pdf'))).toBe(sha(two))
    expect(await refusal(upload(who, bucket, 'b.pdf', randomBytes(CHUNK * 2 + 1)))).toBe(413)
    expect(await refusal(upload(who, bucket, 'b.png', one, { metadata: { contentType: 'image/png' } }))).toBe(
      415,
    )
    expect(await refusal(upload(who, bucket, '../b.pdf', one))).toBe(400)
    expect(await refusal(upload(who, 'nada', 'b.pdf', one))).toBe(404)
    expect(await refusal(upload(who, bucket, 'b.pdf', one, { metadata: { metadata: '[1]' } }))).toBe(400)
  })

  it('con un enlace firmado no hace falta sesión, y sirve solo para su objeto', async () => {
    const bucket = await makeBucket()
    const { token } = ok(await service().from(bucket).createSignedUploadUrl('a.pdf'))
    const signed = { endpoint: '/sign', headers: { 'x-signature': token } }
    const body = randomBytes(CHUNK * 2)
    const uploadUrl = await upload(null, bucket, 'a.pdf', body, { ...signed, stopAt: CHUNK })
    expect(uploadUrl).toContain('/upload/resumable/sign/')
    expect((await head(uploadUrl, {})).status).toBe(400)
    expect((await head(uploadUrl.replace('/sign/', '/'), {})).status).toBe(404)
    await upload(null, bucket, 'a.pdf', body, { ...signed, uploadUrl })
    expect(await shaOf(service().from(bucket).download('a.pdf'))).toBe(sha(body))
    expect(await refusal(upload(null, bucket, 'b.pdf', body, signed))).toBe(400)
    expect(await refusal(upload(null, bucket, 'b.pdf', body, { endpoint: '/sign' }))).toBe(400)
    expect(failure(await anonymous().from(bucket).info('a.pdf'))).toEqual(NOT_FOUND)
  })
})
