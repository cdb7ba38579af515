import { expect, test } from 'vitest'
import { startStorageProcess } from './server-process.ts'
import { makeBucket, ok, service } from './support.ts'

const MIB = 1024 * 1024

/** A body that is made as it is read. */
function pieces(size: number): ReadableStream<Uint8Array> {
  let left = size
  return new ReadableStream({
    pull(stream) {
      const length = Math.min(left, 64 * 1024)
      if (length === 0) return stream.close()
      left -= length
      stream.enqueue(new Uint8Array(length).fill(7))
    },
  })
}

test('200 MiB se suben y se bajan, en crudo y en formulario, con una fracción de esa memoria', async () => {
  const server = await startStorageProcess()
  const bucket = await makeBucket({}, server.url)
  const client = service(server.url).from(bucket)
  ok(await client.upload('calienta', Buffer.alloc(MIB)))
  await server.ask({ memory: 'start' })
  const size = 200 * MIB
  ok(await client.upload('crudo', pieces(size), { duplex: 'half', contentType: 'application/octet-stream' }))
  ok(await client.upload('formulario', new Blob([Buffer.alloc(size / 4, 7)])))
  const { data } = await client.download('crudo').asStream()
  let received = 0
  for await (const chunk of data!) received += (chunk as Uint8Array).length
  expect(received).toBe(size)
  const { peak } = await server.ask({ memory: 'peak' })
  // What Node lets pile up before it collects; it does not grow with the body.
  expect(peak! / MIB).toBeLessThan(90)
})
