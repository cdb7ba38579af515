import { describe, expect, test } from 'vitest'
import WebSocket from 'ws'
import { aMoment } from '../support/until.ts'
import { newTopic, openRaw, socketUrl, stack } from './support.ts'

/** Status and body of a handshake that is refused. */
function refused(
  params: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<[number, unknown]> {
  return new Promise((resolve, reject) => {
    const ws = new WebSocket(socketUrl(params), { headers })
    ws.on('error', () => {})
    ws.on('open', () => reject(new Error('It was taken')))
    ws.on('unexpected-response', (_request, response) => {
      let body = ''
      response.on('data', (chunk) => {
        body += chunk
      })
      response.on('end', () => resolve([response.statusCode ?? 0, JSON.parse(body)]))
    })
  })
}

const joinFrame = (topic: string, config = {}, ref = '1') => [
  ref,
  ref,
  `realtime:${topic}`,
  'phx_join',
  { config },
]

describe('conexión', () => {
  test('sin llave, o con una que no vale, no se abre y dice por qué', async () => {
    expect(await refused({})).toEqual([401, { error: 'API key is missing' }])
    expect(await refused({ apikey: 'cualquiera' })).toEqual([
      401,
      { error: 'The token provided is not a valid JWT' },
    ])
    const [head, body] = stack.anonKey.split('.')
    expect(await refused({ apikey: `${head}.${body}.${'A'.repeat(43)}` })).toEqual([
      401,
      { error: 'Failed to validate JWT signature' },
    ])
    expect((await refused({ apikey: stack.anonKey, vsn: '9' }))[0]).toBe(400)
    expect(await refused({ apikey: stack.anonKey }, { cookie: 'x'.repeat(4097) })).toEqual([
      431,
      { error: 'A header is too long' },
    ])
  })

  test('toma las dos llaves públicas, y las secretas', async () => {
    for (const key of [stack.publishableKey, stack.anonKey, stack.secretKey, stack.serviceRoleKey]) {
      const socket = await openRaw('2.0.0', key)
      socket.send([null, '1', 'phoenix', 'heartbeat', {}])
      expect(await socket.find(() => true)).toEqual([
        null,
        '1',
        'phoenix',
        'phx_reply',
        { status: 'ok', response: {} },
      ])
    }
  })

  test('responde al latido en la versión 1', async () => {
    const socket = await openRaw('1.0.0')
    socket.send({ topic: 'phoenix', event: 'heartbeat', payload: {}, ref: '7' })
    expect(await socket.find(() => true)).toEqual({
      topic: 'phoenix',
      event: 'phx_reply',
      payload: { status: 'ok', response: {} },
      ref: '7',
    })
  })

  test('una trama que no es del protocolo cierra la conexión', async () => {
    for (const frame of ['{', '5', '["1"]', Buffer.from([9, 9]), Buffer.from([3, 200, 0, 0, 0, 0, 1])]) {
      const socket = await openRaw()
      socket.send(frame)
      expect(await socket.closed).toBe(1003)
    }
  })
})

describe('canales', () => {
  test('la respuesta de la unión trae join_ref, ref y las suscripciones', async () => {
    const socket = await openRaw()
    const topic = newTopic()
    socket.send(['4', '5', `realtime:${topic}`, 'phx_join', { config: {} }])
    expect(await socket.find(() => true)).toEqual([
      '4',
      '5',
      `realtime:${topic}`,
      'phx_reply',
      { status: 'ok', response: { postgres_changes: [] } },
    ])
  })

  test('un tema sin nombre, o de otro prefijo, se rechaza', async () => {
    const socket = await openRaw()
    socket.send(['1', '1', 'realtime:', 'phx_join', {}])
    socket.send(['2', '2', 'otro:tema', 'phx_join', {}])
    socket.send(['3', '3', 'realtime:nunca', 'phx_leave', {}])
    const reason = async (ref: string) =>
      ((await socket.find((frame) => frame[1] === ref)) as unknown[])[4] as { response: { reason: string } }
    expect((await reason('1')).response.reason).toBe('TopicNameRequired: You must provide a topic name')
    expect((await reason('2')).response.reason).toBe('unmatched topic')
    expect((await reason('3')).response.reason).toBe('unmatched topic')
  })

  test('lo que se pide mal al unirse se rechaza con el campo', async () => {
    const socket = await openRaw()
    socket.send(joinFrame(newTopic(), { broadcast: 'sí' }))
    expect(await socket.find(() => true)).toMatchObject({
      4: { status: 'error', response: { reason: expect.stringContaining('config.broadcast') } },
    })
  })

  test('una segunda unión al mismo tema cierra la primera; salir responde y cierra', async () => {
    const socket = await openRaw()
    const topic = newTopic()
    socket.send(joinFrame(topic, {}, '1'))
    await socket.find((frame) => frame[1] === '1')
    socket.send(joinFrame(topic, {}, '2'))
    expect(await socket.find((frame) => frame[3] === 'phx_close')).toEqual([
      '1',
      '1',
      `realtime:${topic}`,
      'phx_close',
      {},
    ])
    await socket.find((frame) => frame[1] === '2')
    socket.send(['2', '3', `realtime:${topic}`, 'phx_leave', {}])
    await socket.find((frame) => frame[3] === 'phx_close' && frame[0] === '2')
    expect((await socket.find((frame) => frame[1] === '3')) as unknown[]).toMatchObject({
      3: 'phx_reply',
      4: { status: 'ok' },
    })
  })

  test('un token vencido, mal formado o de otra firma dice cuál es', async () => {
    const socket = await openRaw()
    const [head, body] = stack.anonKey.split('.')
    const wrong = { 1: 'x.y.z', 2: `${head}.${body}.${'A'.repeat(43)}` }
    for (const [ref, access_token] of Object.entries(wrong))
      socket.send([ref, ref, `realtime:${newTopic()}`, 'phx_join', { config: {}, access_token }])
    await aMoment()
    expect(socket.received.map((frame) => (frame as never)[4])).toEqual([
      { status: 'error', response: { reason: 'MalformedJWT: The token provided is not a valid JWT' } },
      { status: 'error', response: { reason: 'JwtSignatureError: Failed to validate JWT signature' } },
    ])
  })
})
