import { expect, inject, test } from 'vitest'

const { supabaseUrl, publishableKey } = inject('stack')

/** A refusal, asked for in a version of the API. */
async function refusal(version: string) {
  const answer = await fetch(`${supabaseUrl}/auth/v1/token?grant_type=password`, {
    method: 'POST',
    headers: { apikey: publishableKey, 'x-supabase-api-version': version },
    body: JSON.stringify({ email: 'nadie@triboka.test', password: 'no es esta' }),
  })
  return { body: await answer.json(), version: answer.headers.get('x-supabase-api-version') }
}

test.each(['2024-01-01', '2030-12-31'])('desde 2024-01-01 el código se llama code: %s', async (version) => {
  expect(await refusal(version)).toEqual({
    body: { code: 'invalid_credentials', message: 'Invalid login credentials' },
    version: '2024-01-01',
  })
})

test.each(['', '2020-01-01', 'nada', '20240101'])('antes, o sin fecha, error_code: "%s"', async (version) => {
  expect(await refusal(version)).toEqual({
    body: { code: 400, error_code: 'invalid_credentials', msg: 'Invalid login credentials' },
    version: null,
  })
})
