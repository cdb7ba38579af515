import type { AuthContext, Route, Routes } from '../context.ts'
import { discreet } from './discreet.ts'
import { followLink, lookAtLink } from './follow.ts'
import { openAddressTurns } from './frequency.ts'
import { oneAtATime } from './one-at-a-time.ts'
import { magicLink, otp } from './otp.ts'
import { passwordGrant } from './password.ts'
import { pkceGrant } from './pkce.ts'
import { reauthenticate } from './reauthenticate.ts'
import { recover, resend } from './recover.ts'
import { signUp } from './sign-up.ts'
import { updateUser } from './update-user.ts'
import { verify } from './verify.ts'

/** Signing up and in, and the mails that an account asks for. */
export function flowRoutes(context: AuthContext): Routes {
  const inLine = oneAtATime()
  const turns = openAddressTurns(context.settings)
  return {
    'POST /signup': inLine(signUp(context, turns)),
    'POST /otp': discreet(inLine(otp(context, turns))),
    'POST /magiclink': discreet(inLine(magicLink(context, turns))),
    'POST /recover': discreet(recover(context)),
    'POST /resend': discreet(resend(context, turns)),
    'GET /verify': followLink(context),
    'HEAD /verify': lookAtLink,
    'POST /verify': verify(context),
    'GET /reauthenticate': reauthenticate(context),
    'PUT /user': updateUser(context),
  }
}

/** What POST /token exchanges here, by its grant_type. */
export function flowGrants(context: AuthContext): Record<'password' | 'pkce', Route> {
  return { password: passwordGrant(context), pkce: pkceGrant(context) }
}
