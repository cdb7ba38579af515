import { randomBytes, randomUUID } from 'node:crypto'
import { appendFile, mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { readStorageLimits } from '../../supabase/local/storage/limits.ts'
import { ResumableStore } from '../../supabase/local/storage/resumable/store.ts'
import { sha256 } from '../support/sha256.ts'
import { startStorageProcess } from './server-process.ts'
import { allow, failure, makeBucket, NOT_FOUND, person } from './support.ts'
import { bearer, CHUNK, head, shaOf, upload } from './tus.ts'

describe('subidas que se reanudan tras un corte', () => {
  test('continúa donde quedó después de que el servidor muere', async () => {
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
    expect(await shaOf(who.storage.from(bucket).download('a.pdf'))).toBe(sha256(body))
  })

  test('si muere con todo recibido y sin el objeto, lo hace cuando el cliente pregunta', async () => {
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
    expect(await shaOf(who.storage.from(bucket).download('a.pdf'))).toBe(sha256(body))
  })

  test('lo que nadie terminó se barre pasado un día; lo reciente queda', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'triboka-resumable-'))
    onTestFinished(() => rm(folder, { recursive: true, force: true }))
    const store = new ResumableStore(folder, readStorageLimits({}))
    const binding = {
      bucket: 'b',
      name: 'n',
      upsert: false,
      owner: null,
      role: 'anon',
      link: null,
      reserved: 500 * 1024 * 1024,
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
})
