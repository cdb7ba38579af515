import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { describe, expect, onTestFinished, test } from 'vitest'
import WebSocket from 'ws'
import type { Limits } from '../../supabase/local/realtime/limits.ts'
import { sign } from '../support/sign.ts'
import { aMoment, until } from '../support/until.ts'
import { startServer } from './server.ts'
import { newTopic, socketUrl, stack } from './support.ts'

const SHARES = { user: 0.2, address: 0.6, anonymous: 0.3 }
const STRANGER = '198.51.100.7'
const OFFICE = '203.0.113.9'

const tokenOf = (sub: string) => sign({ role: 'authenticated', sub })

type Frame = [string, string, string, string, { status: string; response: { reason?: string } }]

async function start(limits: Partial<Limits>) {
  const { base } = await startServer({ shares: SHARES, ...limits })
  /** Connects with the public key, from an address that the proxy of this machine tells. */
  async function connect(address: string) {
    const url = socketUrl({ apikey: stack.publishableKey, vsn: '2.0.0' }, base)
    const ws = new WebSocket(url, { headers: { 'x-forwarded-for': address } })
    onTestFinished(() => ws.terminate())
    ws.on('error', () => {})
    const frames: unknown[] = []
    ws.on('message', (data: Buffer, isBinary) => frames.push(isBinary ? data : JSON.parse(data.toString())))
    const [status] = await Promise.race([
      once(ws, 'open').then(() => [101]),
      once(ws, 'unexpected-response').then(([, response]) => [response.statusCode as number]),
    ])
    return {
      status,
      frames,
      isOpen: () => ws.readyState === WebSocket.OPEN,
      say: (topic: string, event = 'x', ref: string | null = null) =>
        ws.send(
          JSON.stringify([
            topic,
            ref,
            `realtime:${topic}`,
            'broadcast',
            { type: 'broadcast', event, payload: {} },
          ]),
        ),
      /** Joins a public topic, as a user where one is given. */
      async join(topic: string, user?: string) {
        const access_token = user && (await tokenOf(user))
        ws.send(
          JSON.stringify([
            topic,
            topic,
            `realtime:${topic}`,
            'phx_join',
            { config: { broadcast: { ack: true } }, access_token },
          ]),
        )
        const isReply = (frame: unknown) =>
          (frame as Frame)[1] === topic && (frame as Frame)[3] === 'phx_reply'
        await until('a reply', () => frames.some(isReply))
        return (frames.find(isReply) as Frame)[4]
      },
    }
  }
  return { base, connect }
}

describe('lo que es de todos', () => {
  test('doscientas conexiones con la clave pública dejan entrar a quien tiene cuenta', async () => {
    const { connect } = await start({ maxConnections: 200 })
    const crowd = await Promise.all(Array.from({ length: 200 }, () => connect(STRANGER)))
    expect(crowd.filter(({ status }) => status === 101)).toHaveLength(36)
    expect(crowd.filter(({ status }) => status === 429)).toHaveLength(164)
    for (let n = 0; n < 20; n++) {
      const ana = await connect(OFFICE)
      expect([ana.status, await ana.join(newTopic(), `ana-${n}`)]).toMatchObject([101, { status: 'ok' }])
    }
  })

  test('desde muchas direcciones, la que menos tiene entra en lugar de la que más', async () => {
    const { connect } = await start({ maxConnections: 40 })
    // Twelve places are for those who have only the key, seven of one address.
    const crowd: Awaited<ReturnType<typeof connect>>[] = []
    for (const address of ['198.51.100.1', '198.51.100.2', '2001:db8:1:1::1', '2001:db8:1:1::2'])
      for (let n = 0; n < 7; n++) crowd.push(await connect(address))
    const ana = await connect(OFFICE)
    expect(ana.status).toBe(101)
    await until('the end of one of them', () => crowd.filter(({ isOpen }) => isOpen()).length <= 11)
    expect(await ana.join(newTopic(), 'ana')).toMatchObject({ status: 'ok' })
    for (let n = 0; n < 20; n++) await connect(`192.0.2.${n}`)
    await aMoment()
    expect(ana.isOpen()).toBe(true)
  })

  test('un usuario no tiene más lugares que los suyos, y otro de su oficina entra', async () => {
    const { connect } = await start({ maxConnections: 20 })
    const replies = []
    for (let n = 0; n < 5; n++) replies.push(await (await connect(OFFICE)).join(newTopic(), 'rival'))
    expect(replies.map(({ status }) => status)).toEqual(['ok', 'ok', 'ok', 'ok', 'error'])
    expect(replies[4]!.response.reason).toBe('ConnectionRateLimitReached: Too many connected users')
    expect(await (await connect(OFFICE)).join(newTopic(), 'ana')).toMatchObject({ status: 'ok' })
  })
})

describe('lo que se difunde', () => {
  test('quien grita pierde su canal, y los demás siguen hablando en el suyo', async () => {
    const { connect } = await start({ maxEventsPerSecond: 100 })
    const topic = newTopic()
    const ana = await connect(OFFICE)
    await ana.join(topic, randomUUID())
    for (const address of ['198.51.100.1', '198.51.100.2', '198.51.100.3']) {
      const loud = await connect(address)
      const own = newTopic()
      await loud.join(own)
      for (let n = 0; n < 200; n++) loud.say(own)
      await until('the end of its channel', () =>
        loud.frames.some((frame) => (frame as Frame)[3] === 'phx_close'),
      )
    }
    ana.say(topic, 'x', 'hers')
    await until('the reply', () => ana.frames.some((frame) => (frame as Frame)[1] === 'hers'))
    expect(ana.frames.find((frame) => (frame as Frame)[1] === 'hers')).toMatchObject({ 4: { status: 'ok' } })
  })

  test('gastado lo de todos, se pierde el mensaje y se dice; el canal queda', async () => {
    const { connect } = await start({ maxEventsPerSecond: 10, shares: { user: 1, address: 1, anonymous: 1 } })
    const topic = newTopic()
    const [ana, other] = [await connect(OFFICE), await connect(OFFICE)]
    await ana.join(topic, 'ana')
    await other.join(topic)
    for (let n = 0; n < 10; n++) other.say(topic)
    await until(
      'the others',
      () => other.frames.length >= 1 && ana.frames.filter(Buffer.isBuffer).length === 10,
    )
    ana.say(topic, 'x', 'late')
    await until('the reply', () => ana.frames.some((frame) => (frame as Frame)[1] === 'late'))
    expect(ana.frames.find((frame) => (frame as Frame)[1] === 'late')).toMatchObject({
      4: { status: 'error', response: { reason: 'Too many messages per second' } },
    })
    await until('the next second', () => {
      ana.say(topic, 'x', 'again')
      return ana.frames.some(
        (frame) => (frame as Frame)[1] === 'again' && (frame as Frame)[4].status === 'ok',
      )
    })
  })
})
