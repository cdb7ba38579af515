// Whatever comes back from a provider, or from somebody who says so, ends where the flow was to end, with what is wrong.
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { app, begin, server, step, strict, useProvider } from './provider.ts'

useProvider()

const odd = fc.oneof(
  fc.constantFrom(
    '',
    'x',
    'null',
    '{',
    '{"name":null}',
    '{"name":{"firstName":[]}}',
    '%ff',
    'ñ'.repeat(500),
    '-1',
  ),
  fc.string({ unit: 'grapheme', maxLength: 30 }),
)
const FIELDS = [
  'code',
  'error',
  'error_description',
  'user',
  'iss',
  'id_token',
  'access_token',
  'response',
  'state',
]

test('la vuelta de un flujo abierto, con cualquier campo, por dirección o por formulario', async () => {
  // What a provider says of a code is told in the log.
  const log = vi.spyOn(console, 'error').mockImplementation(() => {})
  const returns = fc.record({
    flow: fc.constantFrom('pkce' as const, 'implicit' as const),
    isForm: fc.boolean(),
    isStrict: fc.boolean(),
    fields: fc.dictionary(fc.constantFrom(...FIELDS), odd, { maxKeys: 5 }),
  })
  const found: unknown[] = []
  for (const { flow, isForm, isStrict, fields } of fc.sample(returns, { numRuns: 120, seed: 20261127 })) {
    const { url } = isStrict ? strict : server
    const toProvider = await step(await begin(app(url, flow)))
    const state = toProvider.searchParams.get('state')!
    const cookie = `sb-oauth-${state}=1`
    const query = new URLSearchParams({ state, ...fields })
    const answer = await fetch(`${url}/auth/v1/callback${isForm ? '' : `?${query}`}`, {
      method: isForm ? 'POST' : 'GET',
      redirect: 'manual',
      headers: { cookie },
      ...(isForm && { body: query }),
    })
    const location = answer.headers.get('location')
    if (![302, 303].includes(answer.status) || !location || !URL.canParse(location))
      found.push({ status: answer.status, location, isForm, fields })
  }
  log.mockRestore()
  expect(found).toEqual([])
})

test('lo que una app pide al empezar, con cualquier campo', async () => {
  const log = vi.spyOn(console, 'error').mockImplementation(() => {})
  const NAMES = [
    ...[
      'provider',
      'scopes',
      'redirect_to',
      'code_challenge',
      'code_challenge_method',
      'invite_token',
      'prompt',
    ],
    ...[
      'login_hint',
      'request',
      'request_uri',
      'response_mode',
      'resource',
      'claims',
      'hd',
      'NONCE',
      '__proto__',
    ],
  ]
  const asked = fc.dictionary(fc.constantFrom(...NAMES), odd, { maxKeys: 6 })
  const found: unknown[] = []
  for (const query of fc.sample(asked, { numRuns: 200, seed: 20261127 })) {
    const search = new URLSearchParams({ provider: 'keycloak', ...query })
    const answer = await fetch(`${server.url}/auth/v1/authorize?${search}`, { redirect: 'manual' })
    if (answer.status >= 500) found.push({ status: answer.status, query })
  }
  log.mockRestore()
  expect(found).toEqual([])
})
