import { randomUUID } from 'node:crypto'
import { randomPKCECodeVerifier } from 'openid-client'
import { AuthError } from '../admin/errors.ts'
import type { Queryable, Tx } from '../database.ts'
import { type NewFlow, startFlow } from '../records/flow-state.ts'
import type { Provider, Secrets } from './provider.ts'

/** A flow that waits for somebody to come back from a provider. */
export interface OAuthFlow extends Record<string, unknown> {
  id: string
  provider_type: string
  /** What the app is given in place of a session, where it has given a challenge. */
  auth_code: string | null
  /** Set once somebody has come back. */
  user_id: string | null
  invite_token: string | null
  referrer: string | null
  linking_target_id: string | null
  oauth_client_state_id: string | null
  has_expired: boolean
}

const FLOW_MINUTES = 5

/** Notes a flow; its id is the `state` that goes to the provider and back. */
export async function startOAuth(
  tx: Tx,
  flow: Omit<NewFlow, 'method' | 'userId'>,
  { usesPkce, settings }: Provider,
): Promise<Secrets> {
  const id = await startFlow(tx, { ...flow, method: 'oauth', userId: null })
  const verifier = usesPkce ? randomPKCECodeVerifier() : null
  const stateId = verifier && randomUUID()
  if (stateId)
    await tx.query(
      `insert into auth.oauth_client_states (id, provider_type, code_verifier, created_at)
       values ($1, $2, $3, now())`,
      [stateId, settings.name, verifier],
    )
  await tx.query('update auth.flow_state set oauth_client_state_id = $2, email_optional = $3 where id = $1', [
    id,
    stateId,
    settings.isEmailOptional,
  ])
  return { state: id, verifier }
}

const SELECT = `select id, provider_type, auth_code, user_id, invite_token, referrer, linking_target_id,
    oauth_client_state_id, created_at < now() - make_interval(mins => ${FLOW_MINUTES}) as has_expired
  from auth.flow_state where id = $1 and authentication_method = 'oauth'`

function assertOpen(flow: OAuthFlow | undefined): OAuthFlow {
  const bad = (message: string, code = 'bad_oauth_state') => new AuthError(400, code, message)
  if (!flow) throw bad('OAuth state not found or expired')
  if (flow.has_expired) throw bad('OAuth state has expired')
  if (flow.user_id) throw bad('State has already been used', 'flow_state_already_used')
  return flow
}

/** @throws AuthError bad_oauth_state, flow_state_already_used */
export async function findOpenFlow(db: Queryable, id: string): Promise<OAuthFlow> {
  return assertOpen((await db.query<OAuthFlow>(SELECT, [id])).rows[0])
}

/** The same, locked: of two who come back with one state, the second is late. @throws AuthError as findOpenFlow */
export async function lockOpenFlow(tx: Tx, id: string): Promise<OAuthFlow> {
  return assertOpen((await tx.query<OAuthFlow>(`${SELECT} for update`, [id])).rows[0])
}

/** What was kept for the exchange, which is done once. @throws AuthError oauth_client_state_not_found */
export async function takeVerifier(db: Queryable, flow: OAuthFlow, provider: Provider): Promise<Secrets> {
  if (!flow.oauth_client_state_id) {
    if (!provider.usesPkce) return { state: flow.id, verifier: null }
    throw new AuthError(400, 'oauth_invalid_state', 'OAuth PKCE code verifier missing')
  }
  const { rows } = await db.query<{ code_verifier: string; provider_type: string }>(
    'delete from auth.oauth_client_states where id = $1 returning code_verifier, provider_type',
    [flow.oauth_client_state_id],
  )
  if (!rows[0]) throw new AuthError(422, 'oauth_client_state_not_found', 'OAuth state not found')
  if (rows[0].provider_type !== flow.provider_type)
    throw new AuthError(400, 'oauth_invalid_state', 'OAuth provider mismatch')
  return { state: flow.id, verifier: rows[0].code_verifier }
}
