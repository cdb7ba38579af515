// The customer's own app at /, beside the paths of the API; and what is there without one.
import { once } from 'node:events'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:https'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findFreePorts } from '../../supabase/local/ports.ts'
import { makeTempDir } from '../../supabase/local/postgres/temporary.ts'
import { type Entrance, openEntrance } from './entrance.ts'
import { openWitnessed, type Witnessed } from './witnesses.ts'

// As browsers ask when somebody follows a link, and as the SDKs do.
const NAVIGATION = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' }
const FETCH = { accept: '*/*' }
const YEAR = 'public, max-age=31536000, immutable'
const FILES = {
  'index.html': '<!doctype html><title>La app</title>',
  'assets/index-D3kQ_x9z.js': `// ${'cacao '.repeat(400)}`,
  'assets/logo-amarillo.png': 'imagen',
  'static/js/main.0ec1ddce9d2d.js': 'chunk',
  'firebase-messaging-sw.js': 'sw',
  'report-20250101.png': 'fecha',
  'ayuda/index.html': 'ayuda',
  'modulo.mjs': 'export {}',
  '.env': 'SECRETO=1',
  '.git/config': 'secreto',
  '.well-known/assetlinks.json': '[]',
}

let witnessed: Witnessed
let app: string
let entrance: Entrance

beforeAll(async () => {
  witnessed = await openWitnessed()
  app = await makeTempDir('triboka-app-')
  for (const [name, text] of Object.entries(FILES)) {
    await mkdir(dirname(join(app, name)), { recursive: true })
    await writeFile(join(app, name), text)
  }
  const [studio] = await findFreePorts(1)
  const { port } = witnessed
  entrance = await openEntrance(
    { gateway: port, studio: studio!, functions: [port] },
    { NGINX_APP_ROOT: app },
  )
})
afterAll(async () => {
  await entrance?.dispose()
  await witnessed?.dispose()
  await rm(app, { recursive: true, force: true })
})

async function ask(url: string, path: string, init: RequestInit = {}) {
  const response = await fetch(url + path, { redirect: 'manual', ...init })
  return { status: response.status, headers: response.headers, text: await response.text() }
}
const get = (path: string, headers: Record<string, string> = NAVIGATION) =>
  ask(entrance.url, path, { headers })

describe('la aplicación de APP_DIR', () => {
  test.each(['/', '/invitacion?testigo=abc', '/mis-lotes/7', '/index.html', '/usuario/ana.arriaga'])(
    '%s es su index.html, que se pide cada vez',
    async (path) => {
      const { status, headers, text } = await get(path)
      expect([status, text]).toEqual([200, FILES['index.html']])
      expect(headers.get('content-type')).toBe('text/html')
      expect(headers.get('cache-control')).toBe('no-cache')
      expect(headers.get('strict-transport-security')).toBe('max-age=31536000')
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      const etag = headers.get('etag')!
      expect((await get(path, { ...NAVIGATION, 'if-none-match': etag })).status).toBe(304)
    },
  )

  test.each([
    ['/assets/index-D3kQ_x9z.js', YEAR],
    ['/static/js/main.0ec1ddce9d2d.js', YEAR],
    ['/assets/logo-amarillo.png', 'no-cache'],
    ['/firebase-messaging-sw.js', 'no-cache'],
    ['/report-20250101.png', 'no-cache'],
    ['/ayuda', 'no-cache'],
    ['/modulo.mjs', 'no-cache'],
    ['/.well-known/assetlinks.json', 'no-cache'],
  ])('%s se guarda: %s', async (path, cache) => {
    const { status, headers } = await get(path, FETCH)
    expect([status, headers.get('cache-control')]).toEqual([200, cache])
  })

  test('se comprime en el camino', async () => {
    const { headers, text } = await get('/assets/index-D3kQ_x9z.js', { ...FETCH, 'accept-encoding': 'gzip' })
    expect([headers.get('content-encoding'), text]).toEqual(['gzip', FILES['assets/index-D3kQ_x9z.js']])
  })

  test.each(['/assets/index-AAAA1111.js', '/otra.css', '/imagen.png'])(
    '%s, que no está, no es la página',
    async (path) => {
      expect((await get(path)).status).toBe(404)
    },
  )

  test.each([
    '/.env',
    '/.git/config',
    '/%2egit/config',
    '/assets/../.env',
    '/.otro',
    '//.env',
    '/../secreto',
  ])('%s no se sirve', async (path) => {
    const sent = request(entrance.url, { path, headers: NAVIGATION })
    sent.end()
    const [response] = await once(sent, 'response')
    let text = ''
    for await (const chunk of response) text += chunk
    expect([400, 404]).toContain(response.statusCode)
    expect(text).not.toMatch(/secreto=|\[core\]/i)
  })

  test('no recibe nada', async () => {
    const { status, text } = await ask(entrance.url, '/', { method: 'POST', body: '{}' })
    expect([status, JSON.parse(text)]).toMatchObject([405, { clave: 'metodo_no_permitido' }])
  })
})

describe('las direcciones que la aplicación y la API comparten', () => {
  const reaches = async (path: string, headers: Record<string, string>, method = 'GET') => {
    const { text } = await ask(entrance.url, path, { headers, method })
    return text === FILES['index.html'] ? 'app' : (JSON.parse(text) as { url: string }).url
  }

  test('quien navega ve la página, y quien pide datos los recibe', async () => {
    for (const path of ['/contratos', '/contratos/CT-2025-00001?x=1', '/perfil', '/notificaciones/']) {
      expect([path, await reaches(path, NAVIGATION)]).toEqual([path, 'app'])
      expect([path, await reaches(path, FETCH)]).toEqual([path, path])
      expect([path, await reaches(path, { accept: 'application/json' })]).toEqual([path, path])
      expect([path, await reaches(path, NAVIGATION, 'POST')]).toEqual([path, path])
      for (const headers of [NAVIGATION, FETCH])
        expect((await get(path, headers)).headers.get('vary')).toMatch(/Accept/)
    }
  })

  test.each([
    '/docs',
    '/openapi.json',
    '/salud',
    '/functions/v1/contratos',
    '/rest/v1/contratos',
    '/auth/v1/verify?token=x&type=signup',
    '/storage/v1/object/sign/contratos/.oculto.pdf?token=x',
  ])('%s es de la API también para quien navega', async (path) => {
    expect(await reaches(path, NAVIGATION)).toBe(path)
  })

  test.each(['/metrics', '/functions/v1/metrics', '/realtime/v1/metrics'])(
    '%s sigue cerrado',
    async (path) => {
      const { status, text } = await get(path)
      expect([path, status, JSON.parse(text).clave]).toEqual([path, 404, 'ruta_inexistente'])
    },
  )
})

describe('sin APP_DIR', () => {
  const bare = (path: string, headers: Record<string, string> = NAVIGATION) =>
    witnessed.ask(path, { headers })

  test('una invitación lleva a una página que dice qué hacer, y su testigo no sale de ahí', async () => {
    const { status, headers, text } = await bare('/invitacion?testigo=secreto-del-testigo')
    expect([status, headers.get('content-type')]).toEqual([200, 'text/html'])
    expect(text).toContain('Le han invitado a Triboka')
    expect(text).not.toMatch(/src=|href=|<script/)
    expect(headers.get('cache-control')).toBe('no-cache')
    expect(await witnessed.entrance.log()).not.toContain('secreto-del-testigo')
  })

  test('lo demás no existe, y quien navega a la API la ve', async () => {
    for (const path of ['/', '/mis-lotes', '/invitacion/otra', '/pagina/invitacion.html'])
      expect([path, (await bare(path)).status]).toEqual([path, 404])
    expect(await witnessed.reached('/contratos/CT%2F1?x=1', { headers: NAVIGATION })).toMatchObject({
      server: 'functions',
      url: '/contratos/CT%2F1?x=1',
    })
  })
})
