import { randomUUID } from 'node:crypto'
import { AuthError, unexpectedFailure } from '../admin/errors.ts'
import type { Call } from '../context.ts'
import type { Queryable } from '../database.ts'
import type { AccessClaims } from './claims.ts'
import type { AuthMethod } from './methods.ts'

const PATIENCE_MS = 2000

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isText = (value: unknown) => typeof value === 'string'

// What no token may be without, whatever the function says.
const REQUIRED: [keyof AccessClaims, (value: unknown) => boolean][] = [
  ['aud', (value) => isText(value) || Array.isArray(value)],
  ['exp', Number.isInteger],
  ['iat', Number.isInteger],
  ['sub', isText],
  ['email', isText],
  ['phone', isText],
  ['role', isText],
  ['aal', isText],
  ['session_id', isText],
  ['is_anonymous', (value) => typeof value === 'boolean'],
]

/** The function refuses: GoTrue gives its words, and its status. */
function refusalOf(answer: Record<string, unknown>): AuthError | null {
  if (!isObject(answer.error) || !answer.error.message) return null
  const { http_code: status, message } = answer.error
  const code = Number(status) >= 400 && Number(status) < 600 ? Number(status) : 500
  return new AuthError(code, code === 500 ? 'unexpected_failure' : 'unknown', String(message))
}

/**
 * Asks the Postgres function of config.toml for the claims of a token, within the transaction that begins or goes on
 * with the session.
 * @param tx a transaction: how long the function may take is said for that.
 * @param hook its name, quoted.
 * @throws AuthError as the function refuses, or where its answer is no claims.
 */
export async function customizeClaims(
  tx: Queryable,
  hook: string,
  { ip }: Call,
  claims: AccessClaims,
  method: AuthMethod,
): Promise<Record<string, unknown>> {
  const event = {
    metadata: {
      uuid: randomUUID(),
      time: new Date().toISOString(),
      name: 'customize-access-token',
      ...(ip && { ip_address: ip }),
    },
    user_id: claims.sub,
    claims,
    authentication_method: method,
  }
  const [, { rows }] = await Promise.all([
    tx.query(`set local statement_timeout = ${PATIENCE_MS}`),
    tx.query(`select ${hook}($1) as answer`, [JSON.stringify(event)]),
    tx.query('set local statement_timeout to default'),
  ])
  const answer = rows[0]?.answer
  if (!isObject(answer)) throw unexpectedFailure('Error unmarshaling JSON output.')
  const refusal = refusalOf(answer)
  if (refusal) throw refusal
  const { claims: last } = answer
  const wrong = REQUIRED.filter(([name, holds]) => !isObject(last) || !holds(last[name]))
  if (wrong.length)
    throw unexpectedFailure(
      `output claims do not conform to the expected schema: \n${wrong.map(([name]) => `- ${name}: is required, of its type\n`).join('')}`,
    )
  return last as Record<string, unknown>
}
