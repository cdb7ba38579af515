import { request } from 'node:http'
import { connect } from 'node:net'
import { beforeAll, describe, expect, inject, test } from 'vitest'
import { OPERATIONS } from '../../server/openapi/operations.ts'
import { sign } from '../support/sign.ts'
import { call, makeContrato, makePeople, type People } from './support.ts'

let people: People
beforeAll(async () => {
  people = await makePeople()
})

const url = (path: string) => inject('stack').functionsUrl + path

describe('la sesión', () => {
  const privadas = OPERATIONS.filter(({ isPublic, isSessionOptional }) => !isPublic && !isSessionOptional)

  test.each(privadas.map(({ method, path }) => [method.toUpperCase(), path]))(
    '%s %s la exige',
    async (method, path) => {
      const ruta = path.replace('{id}', 'CT-2025-00014').replace(/{\w+}/, '1')
      const { status, headers, body: cuerpo } = await call(null, method, ruta)
      expect([status, cuerpo.clave, headers.get('www-authenticate')]).toEqual([
        401,
        'no_autenticado',
        'Bearer',
      ])
    },
  )

  test('no vale vencida, ni de otro, ni una clave de la API en su lugar', async () => {
    const { jwtSecret, publishableKey, secretKey, anonKey, serviceRoleKey } = inject('stack')
    const firmar = (secreto: string, vence: number) =>
      sign({ role: 'authenticated', sub: people.ana.id, aud: 'authenticated' }, vence, secreto)
    const ahora = Math.floor(Date.now() / 1000)
    const tokens = await Promise.all([firmar(jwtSecret, ahora - 1), firmar('x'.repeat(40), ahora + 60)])
    for (const token of [...tokens, publishableKey, secretKey, anonKey, serviceRoleKey, 'x', '']) {
      const { status } = await call({ ...people.ana, token }, 'GET', '/contratos')
      expect(status).toBe(401)
    }
    expect(
      (await call({ ...people.ana, token: await firmar(jwtSecret, ahora + 60) }, 'GET', '/contratos')).status,
    ).toBe(200)
  })
})

describe('las rutas', () => {
  test('responden igual bajo /functions/v1, y por invoke del SDK', async () => {
    const { codigo } = await makeContrato(people)
    const directa = await call(people.ana, 'GET', `/contratos/${codigo}`)
    const prefijada = await call(people.ana, 'GET', `/functions/v1/contratos/${codigo}`)
    expect(prefijada.text).toBe(directa.text)
    const leido = await people.ana.supabase.functions.invoke(`contratos/${codigo}`, { method: 'GET' })
    expect(leido.data).toEqual(directa.body)
    const creado = await people.ana.supabase.functions.invoke('contratos', {
      body: { contraparte_id: people.centro.id, volumen_tm: 3 },
    })
    expect(creado.data).toMatchObject({ estado: 'Activo', volumen_tm: 3 })
    const editado = await people.ana.supabase.functions.invoke(`contratos/${creado.data.codigo}`, {
      method: 'PUT',
      body: { observaciones: 'cuatro' },
    })
    expect(editado.data.observaciones).toBe('cuatro')
    const borrado = await people.teresa.supabase.functions.invoke(`contratos/${creado.data.codigo}`, {
      method: 'DELETE',
    })
    expect(borrado.error).toBeNull()
  })

  test.each([
    '/',
    '/nada',
    '/contratos/1/nada',
    '/functions/v1',
    '/functions/v1/nada',
    '/docs/x',
    '/docs/constructor',
    '//contratos',
    '/%',
  ])('%s no existe', async (path) => {
    const { status, body: cuerpo } = await call(people.ana, 'GET', path)
    expect(status).toBe(404)
    expect(cuerpo.clave).toMatch(/^(ruta_inexistente|contrato_no_existe)$/)
  })

  test.each([
    ['PATCH', '/contratos', 'GET, POST, OPTIONS'],
    ['DELETE', '/functions/v1/contratos', 'GET, POST, OPTIONS'],
    ['POST', '/contratos/1', 'GET, PUT, DELETE, OPTIONS'],
    ['GET', '/contratos/1/lote', 'POST, OPTIONS'],
    ['POST', '/salud', 'GET, OPTIONS'],
    ['PUT', '/docs', 'GET, OPTIONS'],
  ])('%s %s: 405 con lo que sí admite', async (method, path, allow) => {
    const { status, headers, body: cuerpo } = await call(people.ana, method, path)
    expect([status, cuerpo.clave, headers.get('allow')]).toEqual([405, 'metodo_no_permitido', allow])
  })

  test('HEAD es GET sin cuerpo', async () => {
    const { codigo } = await makeContrato(people)
    const get = await call(people.ana, 'GET', `/contratos/${codigo}`)
    const head = await fetch(url(`/contratos/${codigo}`), {
      method: 'HEAD',
      headers: { authorization: `Bearer ${people.ana.token}` },
    })
    expect([head.status, head.headers.get('etag'), await head.text()]).toEqual([
      200,
      get.headers.get('etag'),
      '',
    ])
  })

  test('una app de otro origen puede llamar y leer las cabeceras', async () => {
    const preflight = await fetch(url('/contratos/1'), {
      method: 'OPTIONS',
      headers: {
        origin: 'https://app.test',
        'access-control-request-method': 'PUT',
        'access-control-request-headers': 'if-match',
      },
    })
    expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([204, '*'])
    expect(preflight.headers.get('access-control-allow-methods')).toContain('PUT')
    for (const header of [
      'authorization',
      'apikey',
      'x-client-info',
      'content-type',
      'idempotency-key',
      'if-match',
    ]) {
      expect(preflight.headers.get('access-control-allow-headers')).toContain(header)
    }
    for (const answer of [
      await call(people.ana, 'GET', '/contratos'),
      await call(null, 'GET', '/contratos'),
    ]) {
      expect(answer.headers.get('access-control-allow-origin')).toBe('*')
      expect(answer.headers.get('access-control-expose-headers')).toMatch(/ETag.*Location/)
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    }
  })
})

describe('el cuerpo', () => {
  const enviar = (body: BodyInit, headers: Record<string, string> = { 'content-type': 'application/json' }) =>
    call(people.ana, 'POST', '/contratos', { body, headers })

  test.each([
    ['JSON cortado', '{"volumen_tm":', 'json_invalido'],
    ['vacío', '', 'json_invalido'],
    ['UTF-8 roto', Buffer.from([0x22, 0xff, 0x22]), 'json_invalido'],
    ['UTF-16', Buffer.from('{}', 'utf16le'), 'json_invalido'],
    ['un BOM y nada más', Buffer.from([0xef, 0xbb, 0xbf]), 'json_invalido'],
  ])('%s es 400', async (_, body, clave) => {
    const { status, body: cuerpo } = await enviar(body as BodyInit)
    expect([status, cuerpo.clave]).toEqual([400, clave])
  })

  test.each([
    ['texto', { 'content-type': 'text/plain' }],
    ['un formulario', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['JSON comprimido', { 'content-type': 'application/json', 'content-encoding': 'gzip' }],
  ])('%s es 415', async (_, headers) => {
    expect((await enviar('{}', headers)).status).toBe(415)
  })

  test('de más de 1 MiB es 413, diga o no su tamaño', async () => {
    const grande = JSON.stringify({ observaciones: 'x'.repeat(1024 * 1024) })
    expect((await enviar(grande)).body.clave).toBe('cuerpo_demasiado_grande')
    const status = await new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${people.ana.token}`, 'content-type': 'application/json' }
      const cliente = request(url('/contratos'), { method: 'POST', headers }, (response) =>
        resolve(response.statusCode),
      )
      cliente.on('error', reject)
      for (let i = 0; i < 40; i++) cliente.write(grande.slice(0, 50_000))
      cliente.end()
    })
    expect(status).toBe(413)
  })

  test('no se repite en la respuesta', async () => {
    const secreto = 'no-me-repitas'
    const { text } = await enviar(
      JSON.stringify({
        volumen_tm: secreto,
        observaciones: { [secreto]: secreto },
        contraparte_id: [secreto],
      }),
    )
    expect(text).not.toContain(secreto)
  })

  test('una petición que no es HTTP no tumba el proceso', async () => {
    const { hostname, port } = new URL(url(''))
    await new Promise<void>((resolve) => {
      const socket = connect(Number(port), hostname, () =>
        socket.end('GET /contratos HTTP/1.1\r\nContent-Length: x\r\n\r\n'),
      )
      socket.on('close', () => resolve()).on('error', () => resolve())
      socket.resume()
    })
    expect((await call(people.ana, 'GET', '/contratos')).status).toBe(200)
  })
})

describe('la salud', () => {
  test('dice el estado de cada dependencia, y nada más', async () => {
    const { status, body: cuerpo, text } = await call(null, 'GET', '/salud')
    expect(status).toBe(200)
    expect(Object.keys(cuerpo.dependencias)).toEqual(['postgres', 'auth', 'storage', 'realtime'])
    expect(cuerpo.respaldo).toEqual({ estado: 'apagado', ultimo: null, probado: null })
    expect(text).not.toMatch(/postgres:\/\/|127\.0\.0\.1|eyJ|sb_/)
    expect((await call(null, 'GET', '/salud/vivo')).body).toEqual({ estado: 'vivo' })
  })
})
