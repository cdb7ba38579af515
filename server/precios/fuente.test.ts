import { createServer, type RequestListener, type Server } from 'node:http'
import { afterEach, describe, expect, test } from 'vitest'
import { listen } from '../../test/support/listen.ts'
import { readEnvironment } from '../environment.ts'
import { type Fuente, pedirPrecio, precioEn } from './fuente.ts'

let server: Server | undefined
afterEach(() => {
  server?.closeAllConnections()
  server?.close()
})

async function servir(listener: RequestListener, fuente: Partial<Fuente> = {}): Promise<Fuente> {
  server = createServer(listener)
  const url = `http://127.0.0.1:${await listen(server)}/diario?llave=secreta`
  return {
    url,
    ruta: 'data.0.price',
    cabecera: undefined,
    calidad: 'CC',
    mercado: 'NY',
    saltoMaximo: 10,
    hora: 0,
    ...fuente,
  }
}
const responder =
  (body: string, status = 200): RequestListener =>
  (_request, response) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(body)

describe('a source of prices', () => {
  test('gives the digits at a path of its JSON, asked with the credentials', async () => {
    const asked: unknown[] = []
    const fuente = await servir(
      (request, response) => {
        asked.push(request.headers['x-api-key'], request.url)
        response.end('{"data": [{"price": 11498.25}]}')
      },
      { cabecera: { nombre: 'x-api-key', valor: 'abc' } },
    )
    expect(await pedirPrecio(fuente)).toBe('11498.25')
    expect(asked).toEqual(['abc', '/diario?llave=secreta'])
  })

  test.each([
    ['answers 500', responder('{"data": [{"price": 1}]}', 500), 'it answered 500'],
    ['answers no JSON', responder('<html>'), 'its answer is not JSON'],
    ['answers another JSON', responder('{"data": []}'), 'has nothing at data.0.price'],
    ['answers text', responder('{"data": [{"price": "once mil"}]}'), 'is not a price'],
    ['answers null', responder('{"data": [{"price": null}]}'), 'is not a price'],
    ['answers a negative price', responder('{"data": [{"price": -1}]}'), 'is not a price'],
    ['answers zero', responder('{"data": [{"price": 0}]}'), 'out of bounds'],
    ['answers too much a price', responder('{"data": [{"price": 1000001}]}'), 'out of bounds'],
    ['answers what is no UTF-8', responder(Buffer.from([0x7b, 0xff]).toString('latin1')), 'not JSON'],
    [
      'cuts the answer',
      (_request, response) => {
        response.writeHead(200, { 'content-length': 1000 }).write('{"data"')
        setTimeout(() => response.destroy(), 20)
      },
      'could not be read',
    ],
    [
      'sends elsewhere',
      (_request, response) => response.writeHead(302, { location: 'http://127.0.0.1:9/' }).end(),
      'could not be read',
    ],
    [
      'never ends',
      (_request, response) => {
        response.write('[')
        const more = setInterval(() => response.write(' '.repeat(65_536)), 1)
        response.on('close', () => clearInterval(more))
      },
      'larger than 1 MiB',
    ],
    ['hangs', () => {}, 'it did not answer in 300 ms'],
    ['hangs half way', (_request, response) => void response.write('{'), 'it did not answer in 300 ms'],
  ] satisfies [string, RequestListener, string][])(
    'that %s gives no price',
    async (_how, listener, reason) => {
      const fuente = await servir(listener)
      const error = await pedirPrecio(fuente, 300).catch((reason: Error) => reason)
      expect((error as Error).message).toContain(reason)
      expect((error as Error).message).not.toContain('secreta')
    },
  )

  test('that nobody serves gives no price', async () => {
    const fuente = await servir(responder('{}'))
    server!.close()
    await expect(pedirPrecio(fuente, 300)).rejects.toThrow('could not be read')
  })

  test.each([
    ['{"a": {"b": ["1.50"]}}', 'a.b.0', '1.50'],
    ['[[7]]', '0.0', '7'],
  ])('%s has at %s the price %s', (json, ruta, precio) => expect(precioEn(json, ruta)).toBe(precio))

  test.each(['__proto__', 'constructor.name', 'a.length', 'toString'])('has nothing at %s', (ruta) =>
    expect(() => precioEn('{"a": [1]}', ruta)).toThrow('nothing at'),
  )
})

describe('the environment of a source', () => {
  const whole = {
    SUPABASE_URL: 'http://127.0.0.1:54321/',
    SUPABASE_PUBLISHABLE_KEY: 'sb_publishable_x',
    DATABASE_URL: 'postgresql://authenticator:x@127.0.0.1:54322/postgres',
  }
  const source = { PRECIO_URL: 'https://precios.test/hoy', PRECIO_RUTA: 'price', PRECIO_CALIDAD: 'CC' }

  test('is off without PRECIO_URL', () => {
    expect(readEnvironment({ ...whole, PRECIO_RUTA: 'price' }).precio).toBeUndefined()
  })

  test('has its defaults, and a token goes in Authorization', () => {
    expect(readEnvironment({ ...whole, ...source, PRECIO_TOKEN: 't' }).precio).toEqual({
      url: source.PRECIO_URL,
      ruta: 'price',
      cabecera: { nombre: 'authorization', valor: 'Bearer t' },
      calidad: 'CC',
      mercado: 'NY',
      saltoMaximo: 10,
      hora: 14,
    })
    const env = { ...whole, ...source, PRECIO_TOKEN: 't', PRECIO_CABECERA: 'x-api-key', PRECIO_HORA: '0' }
    expect(readEnvironment(env).precio).toMatchObject({
      cabecera: { nombre: 'x-api-key', valor: 't' },
      hora: 0,
    })
  })

  test('names what is missing or wrong', () => {
    expect(() => readEnvironment({ ...whole, PRECIO_URL: source.PRECIO_URL })).toThrow(
      'PRECIO_RUTA is missing; PRECIO_CALIDAD is missing',
    )
    for (const wrong of [
      { PRECIO_SALTO_MAXIMO: 'mucho' },
      { PRECIO_HORA: '24' },
      { PRECIO_URL: 'ftp://x' },
      { PRECIO_RUTA: 'a..b' },
      { PRECIO_MERCADO: 'ny' },
    ])
      expect(() => readEnvironment({ ...whole, ...source, ...wrong })).toThrow(Object.keys(wrong)[0])
  })
})
