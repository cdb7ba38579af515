import { describe, expect, test } from 'vitest'
import { isAllowed, redirectOf, redirectTo } from '../../supabase/local/auth/mail/redirect.ts'

const site = 'https://app.triboka.ec'
const allows = (url: string, ...additionalRedirectUrls: string[]) =>
  isAllowed(url, { siteUrl: site, additionalRedirectUrls })

describe('el sitio', () => {
  test.each([
    [site, true],
    [`${site}/a/b?c=d#e`, true],
    [`${site}:8443/`, false],
    ['http://app.triboka.ec/', false],
    ['https://otro.app.triboka.ec/', false],
    ['https://app.triboka.ec@otro.test/', false],
    ['https://app.triboka.ec\\@otro.test/', false],
    ['https://app.triboka.ec.otro.test', false],
    ['/relativo', false],
    ['', false],
  ])('%s: %s', (url, expected) => expect(allows(url)).toBe(expected))

  test('en esta máquina, con cualquier puerto: una aplicación nativa toma el que encuentra', () => {
    const local = { siteUrl: 'http://127.0.0.1:3000', additionalRedirectUrls: [] }
    expect(isAllowed('http://127.0.0.1:53211/entrada', local)).toBe(true)
    expect(isAllowed('https://127.0.0.1:3000/', local)).toBe(true)
  })
})

// As GoTrue's own documentation has them, with dots and slashes as separators.
describe('los comodines de additional_redirect_urls', () => {
  test.each([
    ['https://*.vercel.app/', 'https://rama.vercel.app/', true],
    ['https://*.vercel.app/', 'https://a.b.vercel.app/', false],
    ['https://*.vercel.app/', 'https://otro.test/.vercel.app/', false],
    ['https://x.ec/*', 'https://x.ec/uno', true],
    ['https://x.ec/*', 'https://x.ec/uno/dos', false],
    ['https://x.ec/*', 'https://x.ec/uno.html', false],
    ['https://x.ec/**', 'https://x.ec/uno/dos?tres=cuatro', true],
    ['https://x.ec/?', 'https://x.ec/a', true],
    ['https://x.ec/?', 'https://x.ec/ab', false],
    ['https://x.ec/[a-c]', 'https://x.ec/b', true],
    ['https://x.ec/[!a-c]', 'https://x.ec/b', false],
    ['https://x.ec/{uno,dos}', 'https://x.ec/dos', true],
    ['https://x.ec/{uno,dos}', 'https://x.ec/tres', false],
    ['https://x.ec/a', 'https://x.ec/a#fragmento', true],
    ['https://x.ec/a.b', 'https://x.ec/aXb', false],
    ['triboka://**', 'triboka://entrar/correo', true],
    ['triboka://**', 'otra://entrar', false],
    ['**', 'http://10.0.0.1/', false],
    ['**', 'http://2130706433/', true],
    ['**', 'http://[::1]:3000/', true],
    ['**', 'http://[2001:db8::1]/', false],
    ['**', 'https://a\tb.ec/', false],
  ])('%s y %s: %s', (pattern, url, expected) => expect(allows(url, pattern)).toBe(expected))
})

test('se toma el que se pide, si no la página de donde viene, si no el sitio', () => {
  const rules = { siteUrl: site, additionalRedirectUrls: ['https://x.ec/**'] }
  const destination = (asked: string, referer = '') =>
    redirectOf(new Request(`http://a/?redirect_to=${asked}`, { headers: { referer } }), rules)
  expect(destination('https://x.ec/a', 'https://x.ec/b')).toBe('https://x.ec/a')
  expect(destination('https://otro.test/', 'https://x.ec/b')).toBe('https://x.ec/b')
  expect(destination('', 'https://otro.test/')).toBe(site)
})

test('lo que lleva una respuesta no cambia el destino', () => {
  const a = (target: string, query = {}, fragment?: Record<string, string>) =>
    redirectTo(target, { query, fragment }).headers.get('location')
  expect(a('https://x.ec')).toBe('https://x.ec')
  expect(a('https://x.ec?a=b#c', { code: '1' })).toBe('https://x.ec/?a=b&code=1#c')
  expect(a('https://x.ec/a#b', {}, { c: 'd' })).toBe('https://x.ec/a#c=d')
  expect(a('triboka://entrar', { code: '1' })).toBe('triboka://entrar?code=1')
  expect(a('https://x.ec/ñ')).toBe('https://x.ec/%C3%B1')
})
