import { describe, expect, test } from 'vitest'
import type { Call } from '../context.ts'
import { assertSameBrowser, forgetFlow, otherName, rememberFlow } from './browser.ts'
import type { OAuthFlow } from './flow.ts'
import { openProviders } from './providers.ts'

const STATE = '0f6c2a52-0a2e-4a3c-9d0b-0a5f2f1b9c11'
const LOCAL = 'http://127.0.0.1:54321'
const PUBLIC = 'https://cacao.example'

function provider(name: string, publicUrl: string, more: object = {}) {
  const external = { [name]: { enabled: true, client_id: 'id', secret: 'secreto', ...more } }
  return openProviders({ external }, publicUrl).get(name)!
}

const call = (headers: Record<string, string>, target = `${LOCAL}/auth/v1/authorize?provider=google&a=1`) =>
  ({ url: new URL(target), request: new Request(target, { headers }) }) as Call

const flow = (more: object = {}) =>
  ({ id: STATE, auth_code: null, linking_target_id: null, ...more }) as OAuthFlow

const isTaken = (
  headers: Record<string, string>,
  own: ReturnType<typeof provider>,
  url: string,
  more: object = {},
) => {
  try {
    assertSameBrowser(call(headers), flow(more), own, url)
    return true
  } catch (error) {
    expect(error).toMatchObject({ status: 400, code: 'bad_oauth_state' })
    return false
  }
}

describe('la cookie de un flujo', () => {
  test('solo va a donde vuelve, y con TLS es de TLS', () => {
    expect(rememberFlow(STATE, provider('google', PUBLIC))).toBe(
      `sb-oauth-${STATE}=1; Path=/auth/v1/callback; Max-Age=300; HttpOnly; SameSite=Lax; Secure`,
    )
    expect(forgetFlow(STATE, provider('google', LOCAL))).toBe(
      `sb-oauth-${STATE}=1; Path=/auth/v1/callback; Max-Age=0; HttpOnly; SameSite=Lax`,
    )
  })

  test('la de Apple, que vuelve por un formulario de su página, viene con él', () => {
    expect(rememberFlow(STATE, provider('apple', PUBLIC))).toContain('SameSite=None; Secure')
  })
})

describe('se exige', () => {
  const own = { cookie: `a=b; sb-oauth-${STATE}=1` }

  test('donde la sesión va en la dirección', () => {
    for (const [name, url] of [
      ['google', PUBLIC],
      ['google', LOCAL],
      ['apple', PUBLIC],
    ] as const) {
      const asked = provider(name, url)
      expect([isTaken({}, asked, url), isTaken(own, asked, url)]).toEqual([false, true])
      expect(isTaken({ cookie: `sb-oauth-${STATE}x=1; xsb-oauth-${STATE}=1` }, asked, url)).toBe(false)
    }
  })

  test('también donde config.toml llama de otro modo a esta máquina', () => {
    const localhost = provider('google', LOCAL, { redirect_uri: 'http://localhost:54321/auth/v1/callback' })
    expect(isTaken({}, localhost, LOCAL)).toBe(false)
  })

  test('no con PKCE, ni al añadir una identidad, ni donde no puede volver', () => {
    const google = provider('google', LOCAL)
    expect(isTaken({}, google, LOCAL, { auth_code: 'x' })).toBe(true)
    expect(isTaken({}, google, LOCAL, { linking_target_id: STATE })).toBe(true)
    expect(isTaken({}, provider('apple', LOCAL), LOCAL)).toBe(true)
    const away = provider('google', LOCAL, { redirect_uri: 'https://otra.example/auth/v1/callback' })
    expect(isTaken({}, away, LOCAL)).toBe(true)
  })
})

describe('se empieza con el nombre de la vuelta', () => {
  const name = (host: string, url = LOCAL) => otherName(call({ host }), provider('google', url))?.href ?? null

  test('si los dos son de esta máquina y del mismo puerto', () => {
    expect(name('localhost:54321')).toBe(`${LOCAL}/auth/v1/authorize?provider=google&a=1`)
    expect(name('127.0.0.1:54321')).toBeNull()
    // What a proxy says, which would send it here again.
    expect(name('localhost:8080')).toBeNull()
    expect(name('localhost:54321', PUBLIC)).toBeNull()
    expect(name('malo.example:54321')).toBeNull()
    for (const odd of ['', 'x y', '[::1', 'localhost:x']) expect(name(odd)).toBeNull()
  })
})
