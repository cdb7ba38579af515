import { createServer, type Server } from 'node:http'
import { createApp, eventHandler, toNodeListener } from 'h3'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { createRest } from '../../supabase/local/realtime/rest.ts'
import type { Message } from '../../supabase/local/realtime/types.ts'
import { listen } from '../support/listen.ts'
import { ANA, RIVAL } from './database.ts'

let server: Server
let base: string
let published: Message[]
let asked: string[]
let left: number
let own: number

const rest = createRest({
  authorizer: {
    read: () => Promise.reject(new Error('Nobody reads here')),
    async write(topic, claims) {
      asked.push(topic)
      if (topic === 'sin-base') throw new Error('secreto de la base')
      return { broadcast: claims.sub === ANA.sub && topic !== 'solo-presencia', presence: true }
    },
    close: async () => {},
  },
  publish: (message) => published.push(message),
  events: {
    own: (_, count = 1) => count <= own,
    all: (_, count = 1) => {
      if (count > left) return false
      left -= count
      return true
    },
  },
  clientAddress: () => '192.0.2.1',
  maxPayloadBytes: 1000,
})

beforeAll(async () => {
  const app = createApp()
  app.use(
    eventHandler((event) => {
      const who = event.headers.get('x-who')
      if (who) event.context.identity = { claims: who === 'ana' ? ANA : RIVAL, key: null }
    }),
  )
  app.use(rest)
  server = createServer(toNodeListener(app))
  base = `http://127.0.0.1:${await listen(server)}`
})
afterAll(() => new Promise((resolve) => server.close(resolve)))
beforeEach(() => {
  published = []
  asked = []
  left = 100
  own = 100
})

async function post(path: string, body: unknown, who = 'ana', headers: Record<string, string> = {}) {
  const response = await fetch(`${base}/api/broadcast${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(who && { 'x-who': who }), ...headers },
    body:
      body instanceof Uint8Array
        ? new Uint8Array(body)
        : typeof body === 'string'
          ? body
          : JSON.stringify(body),
  })
  const text = await response.text()
  return { status: response.status, body: text.startsWith('{') ? JSON.parse(text) : text }
}
const message = (values: object = {}) => ({ topic: 'sala', event: 'x', payload: { n: 1 }, ...values })

describe('varios mensajes', () => {
  test('se difunden en orden y la respuesta va vacía', async () => {
    const messages = [message(), message({ topic: 'otra', payload: { n: 2 } }), message({ payload: [3] })]
    expect(await post('', { messages })).toEqual({ status: 202, body: '' })
    expect(published).toEqual([
      { topic: 'sala', isPrivate: false, event: 'x', payload: { json: '{"n":1}' } },
      { topic: 'otra', isPrivate: false, event: 'x', payload: { json: '{"n":2}' } },
      { topic: 'sala', isPrivate: false, event: 'x', payload: { json: '[3]' } },
    ])
    expect(asked).toEqual([])
  })

  test('lo privado que no se puede escribir se calla; lo demás sale, y se pregunta una vez por tema', async () => {
    const messages = [
      message({ private: true }),
      message({ private: true, topic: 'solo-presencia' }),
      message({ private: true, event: 'y' }),
      message({ topic: 'abierta' }),
    ]
    expect((await post('', { messages })).status).toBe(202)
    expect(published.map(({ topic, event }) => topic + event)).toEqual(['salax', 'salay', 'abiertax'])
    expect(asked).toEqual(['sala', 'solo-presencia'])
    published = []
    expect((await post('', { messages }, 'rival')).status).toBe(202)
    expect(published.map(({ topic, isPrivate }) => [topic, isPrivate])).toEqual([['abierta', false]])
  })

  test('lo mal hecho se dice mensaje por mensaje, sin repetir lo enviado, y no se difunde nada', async () => {
    const messages = [message(), message({ topic: '', event: 'secreto'.length }), { topic: 'sala' }, 'texto']
    expect(await post('', { messages })).toEqual({
      status: 422,
      body: {
        errors: {
          messages: [
            {},
            { topic: ["can't be blank"], event: ['is invalid'] },
            { event: ["can't be blank"], payload: ["can't be blank"] },
            { message: ['is invalid'] },
          ],
        },
      },
    })
    expect((await post('', {})).body).toEqual({ errors: { messages: ["can't be blank"] } })
    for (const body of ['{', '', 'null', '[]', '"secreto"', { messages: 'secreto' }]) {
      const answer = await post('', body)
      expect(answer.status).toBe(422)
      expect(JSON.stringify(answer.body)).not.toContain('secreto')
    }
    expect((await post('', { messages: [message({ private: 'true' })] })).status).toBe(422)
    expect((await post('', { messages: [message({ payload: 'a'.repeat(1000) })] })).status).toBe(422)
    expect(published).toEqual([])
  })

  test('lo privado que no se puede escribir no gasta lo de todos, y lo de cada uno se cuenta antes', async () => {
    left = 2
    const secret = Array.from({ length: 50 }, () => message({ private: true }))
    expect((await post('', { messages: secret }, 'rival')).status).toBe(202)
    expect((await post('/sala/events/x?private=true', {}, 'rival')).status).toBe(403)
    expect(left).toBe(2)
    own = 49
    asked = []
    expect((await post('', { messages: secret }, 'rival')).status).toBe(429)
    expect(asked).toEqual([])
  })

  test('más de lo que cabe en un segundo se rechaza entero', async () => {
    left = 2
    expect((await post('', { messages: [message(), message(), message()] })).status).toBe(429)
    expect(published).toEqual([])
    expect((await post('', { messages: [message(), message()] })).status).toBe(202)
    expect((await post('/sala/events/x', {})).status).toBe(429)
  })
})

describe('un mensaje', () => {
  test('JSON pasa como vino; los bytes, como bytes; el tema puede llevar signos', async () => {
    expect(await post('/sala%2F1/events/a%20b', '{"peso": 12345678901234567890}')).toEqual({
      status: 202,
      body: '',
    })
    const binary = Uint8Array.from([0, 255])
    await post('/sala/events/x', binary, 'ana', { 'content-type': 'application/octet-stream' })
    expect(published).toEqual([
      {
        topic: 'sala/1',
        isPrivate: false,
        event: 'a b',
        payload: { json: '{"peso": 12345678901234567890}' },
      },
      { topic: 'sala', isPrivate: false, event: 'x', payload: { binary: Buffer.from(binary) } },
    ])
  })

  test('al privado solo quien puede escribirlo', async () => {
    expect((await post('/sala/events/x?private=true', {}, 'rival')).status).toBe(403)
    expect((await post('/solo-presencia/events/x?private=true', {})).status).toBe(403)
    expect(published).toEqual([])
    expect((await post('/sala/events/x?private=true', {})).status).toBe(202)
    expect(published).toMatchObject([{ topic: 'sala', isPrivate: true }])
  })

  test('otro tipo, otro JSON, otro método, otra ruta, demasiado', async () => {
    const as = (type: string) => post('/sala/events/x', 'a', 'ana', { 'content-type': type })
    expect((await as('text/plain')).status).toBe(415)
    expect((await as('application/json')).status).toBe(422)
    expect((await post('/%ff/events/x', {})).status).toBe(422)
    expect((await post('/sala/events/x', { a: 'a'.repeat(1000) })).status).toBe(422)
    expect((await post('/sala/events', {})).status).toBe(404)
    expect((await fetch(`${base}/api/broadcast`, { headers: { 'x-who': 'ana' } })).status).toBe(405)
    expect(published).toEqual([])
  })
})

describe('quién', () => {
  test('sin identidad no se difunde nada', async () => {
    for (const path of ['', '/sala/events/x'])
      expect(await post(path, { messages: [message()] }, '')).toEqual({
        status: 401,
        body: { message: 'Unauthorized' },
      })
    expect(published).toEqual([])
  })

  test('si no se puede preguntar no se difunde, y la causa no sale', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    const sinBase = message({ topic: 'sin-base', private: true })
    for (const answer of [
      await post('', { messages: [message(), sinBase] }),
      await post('/sin-base/events/x?private=true', {}),
    ])
      expect(answer).toEqual({ status: 503, body: { message: 'Not available' } })
    expect(log).toHaveBeenCalledTimes(2)
    log.mockRestore()
    expect(published).toEqual([])
  })
})
