import { connect } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import WebSocket from 'ws'
import { aMoment, until } from '../support/until.ts'
import { join, startServer } from './server.ts'
import { newTopic, socketUrl, stack } from './support.ts'

const say = (topic: string, ref: string, payload: unknown) => [
  topic,
  ref,
  `realtime:${topic}`,
  'broadcast',
  { type: 'broadcast', event: 'x', payload },
]
const isBroadcast = (frame: unknown) => Buffer.isBuffer(frame)

describe('límites', () => {
  test('sobre el máximo de conexiones se niega la entrada, y al irse una hay lugar', async () => {
    const server = await startServer({ maxConnections: 2 })
    const [first] = [await server.open(), await server.open()]
    const refused = new WebSocket(socketUrl({ apikey: stack.publishableKey, vsn: '2.0.0' }, server.base))
    refused.on('error', () => {})
    const [status, body] = await new Promise<[number, string]>((resolve) =>
      refused.once('unexpected-response', async (_, response) =>
        resolve([response.statusCode!, (await response.toArray()).join('')]),
      ),
    )
    expect([status, JSON.parse(body)]).toEqual([429, { error: 'Too many connected users' }])
    first.close()
    await first.closed
    await until('a place', () =>
      server.open().then(
        () => true,
        () => false,
      ),
    )
  })

  test('sobre el máximo de canales o de uniones por segundo la unión dice por qué', async () => {
    const server = await startServer({ maxChannelsPerClient: 2, maxJoinsPerSecond: 4 })
    const socket = await server.open()
    const [a, b, c] = [newTopic(), newTopic(), newTopic()]
    expect(await join(socket, a)).toMatchObject({ status: 'ok' })
    expect(await join(socket, b)).toMatchObject({ status: 'ok' })
    expect(await join(socket, c)).toEqual({
      status: 'error',
      response: { reason: 'ChannelRateLimitReached: Too many channels' },
    })
    // A topic that it has already takes no other place.
    expect(await join(socket, a, 'again')).toMatchObject({ status: 'ok' })
    const other = await server.open()
    const replies = await Promise.all(Array.from({ length: 6 }, (_, n) => join(other, newTopic(), `r${n}`)))
    expect(replies.at(-1)).toEqual({
      status: 'error',
      response: { reason: 'ClientJoinRateLimitReached: Too many joins per second' },
    })
    await until('the next second', async () => (await join(await server.open(), newTopic())).status === 'ok')
  })

  test('quien envía demasiado por segundo pierde el canal, y los demás siguen', async () => {
    const server = await startServer({ maxEventsPerSecond: 5 })
    const topic = newTopic()
    const [loud, quiet] = [await server.open(), await server.open()]
    await join(loud, topic)
    await join(quiet, topic)
    for (let n = 0; n < 20; n++) loud.send(say(topic, `${n}`, { n }))
    await loud.find(([, , , event]: string[]) => event === 'phx_close')
    expect(loud.received).toContainEqual([
      topic,
      null,
      `realtime:${topic}`,
      'system',
      { status: 'error', extension: 'system', message: 'Too many messages per second', channel: topic },
    ])
    expect(quiet.received.filter(isBroadcast).length).toBeGreaterThanOrEqual(5)
    expect(quiet.received.filter(isBroadcast).length).toBeLessThan(20)
    await until('the way back', async () => {
      quiet.send(say(topic, 'own', {}))
      return (await join(loud, topic, `again-${Math.random()}`)).status === 'ok'
    })
  })

  test('una difusión demasiado grande no sale, y se dice a quien pide respuesta; una trama enorme cierra', async () => {
    const server = await startServer({ maxPayloadBytes: 1000 })
    const topic = newTopic()
    const [sender, listener] = [await server.open(), await server.open()]
    await join(sender, topic, topic, { config: { broadcast: { ack: true } } })
    await join(listener, topic)
    sender.send(say(topic, 'large', 'x'.repeat(1000)))
    expect(await sender.find(([, ref]: string[]) => ref === 'large')).toMatchObject({
      4: { status: 'error', response: { reason: 'Payload size exceeded' } },
    })
    sender.send(say(topic, 'small', 'x'.repeat(900)))
    await until('the small one', () => listener.received.some(isBroadcast))
    await aMoment()
    expect(listener.received.filter(isBroadcast)).toHaveLength(1)
    sender.send(say(topic, 'huge', 'x'.repeat(5_000_000)))
    expect(await sender.closed).toBe(1009)
  })

  test('quien no lee tiene un búfer acotado y después se corta; los demás lo reciben todo', async () => {
    const server = await startServer({ maxBufferBytes: 500_000, maxEventsPerSecond: 100_000 })
    const topic = newTopic()
    const [sender, reader] = [await server.open(), await server.open()]
    await join(sender, topic)
    await join(reader, topic)
    // Says its piece, joins, and never reads again.
    const { hostname, port } = new URL(server.base)
    const slow = connect(Number(port), hostname)
    onTestFinished(() => void slow.destroy())
    slow.on('error', () => {})
    let isCut = false
    slow.once('close', () => {
      isCut = true
    })
    const { pathname, search } = new URL(
      socketUrl({ apikey: stack.publishableKey, vsn: '2.0.0' }, server.base),
    )
    slow.write(
      `GET ${pathname}${search} HTTP/1.1\r\nHost: ${hostname}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${Buffer.from('0123456789abcdef').toString('base64')}\r\n\r\n`,
    )
    await new Promise((resolve) => slow.once('data', resolve))
    slow.write(masked(JSON.stringify(['1', '1', `realtime:${topic}`, 'phx_join', {}])))
    await new Promise((resolve) => slow.once('data', resolve))
    slow.pause()

    const MESSAGES = 2000
    const text = 'x'.repeat(10_000)
    for (let n = 1; n <= MESSAGES; n++) {
      sender.send(say(topic, `${n}`, text))
      // Who reads, reads: it has no more than that to wait for.
      if (n % 20 === 0)
        await until('every message so far', () => reader.received.filter(isBroadcast).length === n)
    }
    slow.resume()
    await until('the end of the slow one', () => isCut)
    // What the kernel kept for it comes; of the 20 MB, the most part does not.
    expect(slow.bytesRead).toBeLessThan((MESSAGES * text.length) / 2)
  })
})

/** A text frame of a client. */
function masked(text: string): Buffer {
  const data = Buffer.from(text)
  // A mask of zeros changes nothing.
  return Buffer.concat([Buffer.from([0x81, 0x80 | data.length, 0, 0, 0, 0]), data])
}
