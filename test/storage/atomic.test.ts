import { readFile } from 'node:fs/promises'
import { describe, expect, inject, test } from 'vitest'
import { turns } from '../support/turns.ts'
import { aMoment, until } from '../support/until.ts'
import { makeBucket, ok, service, storageUrl, textOf } from './support.ts'

const key = () => ({ apikey: inject('stack').secretKey })

/** A version whose every byte, size and type tell which it is. */
const versionOf = (i: number) => ({
  body: Buffer.alloc(200_000 + i * 1000, 'abcdefghij'[i]),
  contentType: `application/x-version-${i}`,
})

describe('reemplazar es atómico', () => {
  test('quien lee ve una versión entera, con su tamaño, su tipo y su etag', async () => {
    const bucket = await makeBucket()
    const files = service().from(bucket)
    const { body, contentType } = versionOf(0)
    ok(await files.upload('a', body, { contentType }))
    let isWriting = true
    // One etag never stands for two contents.
    const contents = new Map<string, string>()
    let reads = 0

    async function read() {
      while (isWriting) {
        const answer = await fetch(storageUrl(`/object/${bucket}/a`), { headers: key() })
        expect(answer.status).toBe(200)
        const bytes = Buffer.from(await answer.arrayBuffer())
        const type = answer.headers.get('content-type')!
        const version = versionOf(Number(type.at(-1)))
        expect(Number(answer.headers.get('content-length'))).toBe(bytes.length)
        expect(bytes.equals(version.body)).toBe(true)
        const etag = answer.headers.get('etag')!
        expect(contents.get(etag) ?? type).toBe(type)
        contents.set(etag, type)
        reads += 1
      }
    }
    async function write() {
      for (let i = 0; i < 30; i++) {
        const version = versionOf(i % 10)
        ok(await files.update('a', version.body, { contentType: version.contentType }))
      }
      await until('they read', () => reads > 20)
      isWriting = false
    }
    await Promise.all([read(), read(), read(), write()])
    expect(reads).toBeGreaterThan(20)
    expect(contents.size).toBeGreaterThan(1)
  })

  test('de muchos que reemplazan a la vez queda uno entero, el mismo para la API y en disco', async () => {
    const bucket = await makeBucket()
    const files = service().from(bucket)
    await Promise.all(
      Array.from({ length: 40 }, async (_, i) => {
        const { body, contentType } = versionOf(i % 10)
        ok(await files.upload('a', body, { contentType, upsert: true }))
      }),
    )
    const info = ok(await files.info('a'))
    const last = versionOf(Number(info.contentType!.at(-1)))
    const downloaded = Buffer.from(await ok(await files.download('a')).arrayBuffer())
    expect(downloaded.equals(last.body)).toBe(true)
    expect((await readFile(`${inject('stack').storageDir}/${bucket}/a`)).equals(last.body)).toBe(true)
  })

  test('quien empezó a bajar termina de bajar lo que empezó, aunque se reemplace o se borre', async () => {
    const bucket = await makeBucket()
    const files = service().from(bucket)
    const size = 20 * 1024 * 1024
    for (const change of [() => files.update('a', 'nuevo'), () => files.remove(['a'])]) {
      ok(await files.upload('a', Buffer.alloc(size, 'v'), { upsert: true }))
      const answer = await fetch(storageUrl(`/object/${bucket}/a`), { headers: key() })
      const reader = answer.body!.getReader()
      let received = (await reader.read()).value!.length
      expect((await change()).error).toBeNull()
      for (let part = await reader.read(); !part.done; part = await reader.read()) {
        expect(part.value.every((byte) => byte === 'v'.charCodeAt(0))).toBe(true)
        received += part.value.length
      }
      expect(received).toBe(size)
    }
  })

  test('una subida que el cliente corta no deja nada', async () => {
    const bucket = await makeBucket()
    const files = service().from(bucket)
    ok(await files.upload('a', 'entero'))
    const controller = new AbortController()
    let sent = 0
    const endless = new ReadableStream<Uint8Array>({
      async pull(stream) {
        stream.enqueue(new Uint8Array(64 * 1024))
        sent += 1
        if (sent === 20) controller.abort()
        await turns(1)
      },
    })
    const put = fetch(storageUrl(`/object/${bucket}/a`), {
      method: 'PUT',
      headers: { ...key(), 'content-type': 'text/plain' },
      body: endless,
      duplex: 'half',
      signal: controller.signal,
    } as RequestInit)
    await expect(put).rejects.toThrow()
    await aMoment()
    expect(await textOf(files.download('a'))).toBe('entero')
    expect(ok(await files.list())).toHaveLength(1)
  })
})
