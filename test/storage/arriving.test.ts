import { type ClientRequest, request } from 'node:http'
import { expect, onTestFinished, test, vi } from 'vitest'
import { bytesOnDisk } from '../support/disk.ts'
import { until } from '../support/until.ts'
import { startStorageProcess } from './server-process.ts'
import { allow, makeBucket, ok, type Person, person } from './support.ts'

const KIB = 1024

/** Begins to upload and goes silent. @returns what ends or cuts it, and its status. */
function slow(url: string, bucket: string, who: Person, name: string, bytes: number) {
  const { hostname, port } = new URL(url)
  const sent: ClientRequest = request({
    hostname,
    port,
    path: `/storage/v1/object/${bucket}/${name}`,
    method: 'POST',
    headers: { authorization: `Bearer ${who.token}`, 'content-type': 'application/pdf' },
  })
  const status = new Promise<number>((resolve) => {
    sent.on('response', (answer) => {
      answer.resume()
      resolve(answer.statusCode!)
    })
    sent.on('error', () => resolve(0))
  })
  sent.write(Buffer.alloc(bytes))
  onTestFinished(() => void sent.destroy())
  return { end: () => sent.end(), cut: () => sent.destroy(), status }
}

test('lo que una persona está subiendo a la vez tiene un tope, y cada cual tiene el suyo', async () => {
  const server = await startStorageProcess({ openBytes: 1000 * KIB })
  const bucket = await makeBucket({}, server.url)
  const [ana, luis] = [await person(server.url), await person(server.url)]
  for (const who of [ana, luis]) await allow(who, bucket, ['insert', 'select'])

  const first = slow(server.url, bucket, ana, 'a.pdf', 600 * KIB)
  // The last piece is still on its way to the disk.
  await until('its bytes are there', async () => (await bytesOnDisk(server.storageDir)) > 500 * KIB)
  await vi.waitFor(
    async () => {
      const second = slow(server.url, bucket, ana, `b-${Date.now()}.pdf`, 600 * KIB)
      second.end()
      expect(await second.status).toBe(429)
    },
    { timeout: 20_000, interval: 500 },
  )
  const other = slow(server.url, bucket, luis, 'c.pdf', 600 * KIB)
  other.end()
  expect(await other.status).toBe(200)
  // What is small fits beside it, and what ended, or was cut, gives its room back.
  ok(await ana.storage.from(bucket).upload('d.pdf', new Blob(['x'], { type: 'application/pdf' })))
  first.end()
  expect(await first.status).toBe(200)
  const again = slow(server.url, bucket, ana, 'e.pdf', 900 * KIB)
  again.end()
  expect(await again.status).toBe(200)
  let least = await bytesOnDisk(server.storageDir)
  const cut = slow(server.url, bucket, ana, 'f.pdf', 900 * KIB)
  await until('its bytes too', async () => {
    const bytes = await bytesOnDisk(server.storageDir)
    // What the ones before left on their way goes meanwhile.
    least = Math.min(least, bytes)
    return bytes > least + 500 * KIB
  })
  cut.cut()
  await vi.waitFor(
    async () => {
      const last = slow(server.url, bucket, ana, `g-${Date.now()}.pdf`, 900 * KIB)
      last.end()
      expect(await last.status).toBe(200)
    },
    { timeout: 20_000, interval: 500 },
  )
})
