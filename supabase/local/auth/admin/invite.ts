import { type AuthContext, json, type Route } from '../context.ts'
import { writeLetter } from '../mail/letters.ts'
import { deliver } from '../mail/send.ts'
import { userJson } from '../records/user-json.ts'
import { generateLink, redirectFor } from './links.ts'
import { InviteParams, parseParams } from './params.ts'

/** POST /invite. The user is made when the mail has left. */
export function invite(context: AuthContext): Route {
  const { mailDb, settings, sendMail } = context
  return async (call) => {
    const { email, data } = parseParams(InviteParams, call.body)
    const redirect_to = redirectFor(call, '', context)
    const params = { type: 'invite', email, data, redirect_to, new_email: '', password: '' }
    const link = await generateLink(mailDb, params, context, async ({ user, code, hash, actionLink }) => {
      const values = {
        ConfirmationURL: actionLink,
        Token: code,
        TokenHash: hash,
        SiteURL: settings.siteUrl,
        RedirectTo: redirect_to,
        Email: user.email ?? '',
        NewEmail: '',
      }
      const mail = await writeLetter('invite', values.Email, values, settings)
      await deliver(sendMail, mail, 'Error sending invite email')
    })
    return json(userJson(link.user))
  }
}
