import { describe, expect, test } from 'vitest'
import { aMoment, until } from '../support/until.ts'
import { newTopic, openClient, openRaw, subscribed, VERSIONS } from './support.ts'

const SETTINGS = { config: { broadcast: { self: false, ack: true } } }

describe.each(VERSIONS)('difusión, versión %s', (version) => {
  test('llega a los demás del tema y no a quien la envía', async () => {
    const topic = newTopic()
    const [ana, luis] = [await openClient({ version }), await openClient({ version })]
    const heard: unknown[] = []
    const own: unknown[] = []
    const theirs = luis.channel(topic).on('broadcast', { event: 'aviso' }, (message) => heard.push(message))
    const mine = ana.channel(topic, SETTINGS).on('broadcast', { event: '*' }, (message) => own.push(message))
    expect((await subscribed(theirs)).status).toBe('SUBSCRIBED')
    expect((await subscribed(mine)).status).toBe('SUBSCRIBED')
    const sent = { texto: 'Llegó el camión: ñandú, 60 qq, 🍫', peso: 60.5, nada: null }
    expect(await mine.send({ type: 'broadcast', event: 'aviso', payload: sent })).toBe('ok')
    await until('the broadcast', () => heard.length === 1)
    expect(heard).toEqual([{ type: 'broadcast', event: 'aviso', payload: sent }])
    expect(own).toEqual([])
  })

  test('self la devuelve también a quien la envía', async () => {
    const client = await openClient({ version })
    const heard: unknown[] = []
    const channel = client
      .channel(newTopic(), { config: { broadcast: { self: true } } })
      .on('broadcast', { event: 'eco' }, ({ payload }) => heard.push(payload))
    await subscribed(channel)
    await channel.send({ type: 'broadcast', event: 'eco', payload: { n: 1 } })
    await until('the echo', () => heard.length === 1)
  })

  test('llega en el orden en que se envió', async () => {
    const topic = newTopic()
    const [ana, luis] = [await openClient({ version }), await openClient({ version })]
    const heard: number[] = []
    const theirs = luis.channel(topic).on('broadcast', { event: 'n' }, ({ payload }) => heard.push(payload.n))
    const mine = ana.channel(topic)
    await Promise.all([subscribed(theirs), subscribed(mine)])
    for (let n = 0; n < 500; n++) void mine.send({ type: 'broadcast', event: 'n', payload: { n } })
    await until('all of them', () => heard.length === 500)
    expect(heard).toEqual(Array.from({ length: 500 }, (_, n) => n))
  })
})

describe('difusión entre versiones', () => {
  test('lo que envía una lo lee la otra', async () => {
    const topic = newTopic()
    const clients = [await openClient({ version: '1.0.0' }), await openClient({ version: '2.0.0' })]
    const heard: unknown[][] = [[], []]
    const channels = clients.map((client, index) =>
      client.channel(topic).on('broadcast', { event: 'x' }, ({ payload }) => heard[index]!.push(payload)),
    )
    for (const channel of channels) await subscribed(channel)
    await channels[0]!.send({ type: 'broadcast', event: 'x', payload: { de: 1 } })
    await channels[1]!.send({ type: 'broadcast', event: 'x', payload: { de: 2 } })
    await until('both', () => heard[0]!.length === 1 && heard[1]!.length === 1)
    expect(heard).toEqual([[{ de: 2 }], [{ de: 1 }]])
  })

  test('los bytes llegan como bytes, y a la versión 1 no llegan', async () => {
    const topic = newTopic()
    const [ana, luis, eva] = [await openClient(), await openClient(), await openClient({ version: '1.0.0' })]
    const heard: unknown[] = []
    const old: unknown[] = []
    const theirs = luis
      .channel(topic)
      .on('broadcast', { event: 'foto' }, ({ payload }) => heard.push(payload))
    const hers = eva.channel(topic).on('broadcast', { event: 'foto' }, ({ payload }) => old.push(payload))
    const mine = ana.channel(topic)
    for (const channel of [theirs, hers, mine]) await subscribed(channel)
    const bytes = new Uint8Array([0, 255, 1, 254]).buffer
    await mine.send({ type: 'broadcast', event: 'foto', payload: bytes as never })
    await until('the bytes', () => heard.length === 1)
    expect(Buffer.from(heard[0] as ArrayBuffer)).toEqual(Buffer.from(bytes))
    await aMoment()
    expect(old).toEqual([])
  })

  test('un texto que no es JSON no pasa a los demás', async () => {
    const topic = newTopic()
    const [raw, luis] = [await openRaw(), await openClient({ version: '1.0.0' })]
    const heard: unknown[] = []
    await subscribed(luis.channel(topic).on('broadcast', { event: '*' }, (message) => heard.push(message)))
    raw.send(['1', '1', `realtime:${topic}`, 'phx_join', { config: {} }])
    await raw.find((frame) => frame[1] === '1')
    const name = Buffer.from(`realtime:${topic}`)
    const forged = Buffer.from('{}},"event":"broadcast","payload":{"type":"broadcast"')
    raw.send(
      Buffer.concat([
        Buffer.from([3, 1, 1, name.length, 1, 0, 1]),
        Buffer.from('12'),
        name,
        Buffer.from('e'),
        forged,
      ]),
    )
    expect(await raw.closed).toBe(1003)
    await aMoment()
    expect(heard).toEqual([])
  })
})
