import { AuthError, validationFailed } from '../admin/errors.ts'
import { type AuthContext, type Call, json } from '../context.ts'
import { audit } from '../records/audit.ts'
import { isBanned } from '../records/change-user.ts'
import { assertVerifier, endFlow, findFlowByCode, lockFlowByCode } from '../records/flow-state.ts'
import { lockUser } from '../records/users.ts'
import { issueSession } from '../tokens/issue.ts'
import { textOf } from './fields.ts'

const notFound = () =>
  new AuthError(404, 'flow_state_not_found', 'invalid flow state, no valid flow state found')

/** POST /token?grant_type=pkce: exchanges the code that a link or a provider gave, once. */
export function pkceGrant(context: AuthContext) {
  return async (call: Call): Promise<Response> => {
    const [code, verifier] = [textOf(call.body, 'auth_code'), textOf(call.body, 'code_verifier')]
    if (!code || !verifier)
      throw validationFailed('invalid request: both auth code and code verifier should be non-empty')
    const session = await context.db.transaction('Database error exchanging a code', async (tx) => {
      const found = await findFlowByCode(tx, code)
      if (!found?.user_id) throw notFound()
      if (found.has_expired)
        throw new AuthError(422, 'flow_state_expired', 'invalid flow state, flow state has expired')
      assertVerifier(found, verifier)
      // In this order, as who follows a link: the user, then its flow, which may have ended meanwhile.
      const user = await lockUser(tx, found.user_id)
      const flow = await lockFlowByCode(tx, code)
      if (!flow) throw notFound()
      if (isBanned(user)) throw new AuthError(403, 'user_banned', 'User is banned')
      await audit(tx, 'login', user, { traits: { provider_type: flow.provider_type } })
      await endFlow(tx, flow.id)
      return issueSession(tx, context, call, user.id, flow.authentication_method, {
        extra: {
          ...(flow.provider_access_token && { provider_token: flow.provider_access_token }),
          ...(flow.provider_refresh_token && { provider_refresh_token: flow.provider_refresh_token }),
        },
      })
    })
    return json(session)
  }
}
