import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import type { H3Event } from 'h3'
import { expect, onTestFinished, test } from 'vitest'
import { listen } from '../../../test/support/listen.ts'
import { readBody } from './web.ts'

test('un cuerpo cuya conexión se cortó antes de leerlo no se espera', async () => {
  const server = createServer()
  onTestFinished(() => void server.close())
  const port = await listen(server)
  const asked = once(server, 'request') as Promise<[IncomingMessage]>
  const socket = connect(port, '127.0.0.1')
  socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\n12')
  const [req] = await asked
  const closed = new Promise((resolve) => req.once('close', resolve))
  socket.destroy()
  await closed
  await expect(readBody({ node: { req } } as H3Event, 10)).rejects.toThrow('ended before the body')
})
