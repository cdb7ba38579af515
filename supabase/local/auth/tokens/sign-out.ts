import { validationFailed } from '../admin/errors.ts'
import { requireCaller } from '../caller.ts'
import type { AuthContext, Call } from '../context.ts'
import { audit } from '../records/audit.ts'
import { endFlowsOf } from '../records/flow-state.ts'
import { endSession, endSessions } from '../records/sessions.ts'

const SCOPES = new Set(['global', 'local', 'others'])

/** POST /logout?scope=global|local|others. */
export function createSignOut(context: AuthContext) {
  return async (call: Call): Promise<Response> => {
    const scope = call.url.searchParams.get('scope') || 'global'
    if (!SCOPES.has(scope)) throw validationFailed(`Unsupported logout scope ${JSON.stringify(scope)}`)
    const { user, session } = await requireCaller(context, call)
    await context.db.transaction('Error logging out user', async (tx) => {
      await audit(tx, 'logout', user)
      if (session && scope === 'local') return endSession(tx, session.id)
      if (session && scope === 'others') await endSessions(tx, user.id, { except: session.id })
      else await endSessions(tx, user.id)
      await endFlowsOf(tx, user.id)
    })
    return new Response(null, { status: 204 })
  }
}
