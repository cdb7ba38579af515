import { once } from 'node:events'
import { createServer } from 'node:http'
import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { listen } from '../../test/support/listen.ts'
import { prepareDrain } from './drain.ts'

const CLIENTS = 20
/** Asks on so many connections at once, and tells when all of them wait and what became of them. */
const CLIENT = `
  const { connect } = require('node:net')
  const { parentPort, workerData: { port, clients, connected } } = require('node:worker_threads')
  const asks = Array.from({ length: clients }, () => new Promise((resolve) => {
    let answer = ''
    const socket = connect(port, '127.0.0.1', () => {
      socket.write('POST / HTTP/1.1\\r\\nhost: x\\r\\ncontent-length: 0\\r\\n\\r\\n')
      Atomics.add(connected, 0, 1)
      Atomics.notify(connected, 0)
    })
    socket.on('data', (data) => { answer += data })
    socket.on('error', (error) => resolve(error.code))
    socket.on('close', () => resolve(answer.split('\\r\\n')[0]))
  }))
  Promise.all(asks).then((answers) => parentPort.postMessage(answers))`

test('quien se conectó mientras el proceso estaba ocupado recibe su respuesta', async () => {
  const server = createServer((_, res) => res.end('ok'))
  const drain = prepareDrain(server)
  const connected = new Int32Array(new SharedArrayBuffer(4))
  const workerData = { port: await listen(server), clients: CLIENTS, connected }
  const worker = new Worker(CLIENT, { eval: true, workerData })
  const answers = once(worker, 'message')
  await once(worker, 'online')
  // Nothing is taken meanwhile: they all wait at the door.
  while (Atomics.load(connected, 0) < CLIENTS) Atomics.wait(connected, 0, Atomics.load(connected, 0))
  expect(await drain({ delayMs: 0, graceMs: 5000 })).toBe(0)
  expect((await answers)[0]).toEqual(Array(CLIENTS).fill('HTTP/1.1 200 OK'))
})
