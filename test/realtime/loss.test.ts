import { describe, expect, test } from 'vitest'
import { sql } from '../support/sql.ts'
import { until } from '../support/until.ts'
import { join, startServer } from './server.ts'
import { allow, newTopic, openClient, openRaw } from './support.ts'

const endsWith = (event: string) => (frame: string[]) => frame[3] === event
const hears = (socket: Awaited<ReturnType<typeof openRaw>>, text: string) =>
  socket.received.some((frame) => Buffer.isBuffer(frame) && frame.includes(text))

describe('varios procesos y conexiones que se pierden', () => {
  test('un segundo proceso sobre la misma base también entrega lo que la base difunde', async () => {
    const other = await startServer()
    const topic = newTopic()
    const [here, there] = [await openRaw(), await other.open()]
    await join(here, topic)
    await join(there, topic, topic, { config: { broadcast: { replication_ready: true } } })
    await there.find(endsWith('system'))
    await sql(`select realtime.send('{"texto": "de la base"}', 'x', $1, false)`, [topic])
    await until('the message on both', () => hears(here, 'de la base') && hears(there, 'de la base'))
  })

  test('perdida la replicación, los canales lo saben, la unión espera, y nada queda mudo', async () => {
    const [server, client, topic] = [
      await startServer(),
      await openClient({ email: 'centro@triboka.test' }),
      newTopic(),
    ]
    await allow(client, topic, 'select')
    const token = (await client.auth.getSession()).data.session!.access_token
    const isPrivate = { config: { private: true }, access_token: token }
    const [inside, outside] = [await server.open(), await server.open()]
    expect(await join(inside, topic, 'one', isPrivate)).toMatchObject({ status: 'ok' })
    await join(outside, topic, 'two', { config: { broadcast: { replication_ready: true } } })
    await outside.find(endsWith('system'))
    await server.loseReplication()
    await inside.find(endsWith('phx_error'))
    expect(inside.received).toContainEqual(['one', 'one', `realtime:${topic}`, 'phx_error', {}])
    expect(await join(inside, topic, 'three', isPrivate)).toMatchObject({ status: 'ok' })
    // A public channel has lost what the database said meanwhile: it is told once it may join again.
    await outside.find(endsWith('phx_error'))
    expect(await join(outside, topic, 'four')).toMatchObject({ status: 'ok' })
    await sql(`select realtime.send('{"texto": "otra vez"}', 'x', $1, p) from unnest(array[true, false]) p`, [
      topic,
    ])
    await until('the message', () => hears(inside, 'otra vez') && hears(outside, 'otra vez'))
  })

  test('al detenerse, el servidor se despide de todos', async () => {
    const server = await startServer()
    const socket = await server.open()
    await join(socket, newTopic())
    await server.close()
    expect(await socket.closed).toBe(1001)
  })
})
