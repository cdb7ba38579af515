/** How somebody proves who they are, in GoTrue's words. */
export type AuthMethod =
  | 'oauth'
  | 'password'
  | 'otp'
  | 'totp'
  | 'recovery'
  | 'invite'
  | 'sso/saml'
  | 'magiclink'
  | 'email/signup'
  | 'email_change'
  | 'token_refresh'
  | 'anonymous'

/** Those that are a second factor. */
const SECOND = new Set(['totp', 'mfa/phone', 'mfa/webauthn'])

/** How sure a session is of who is in it. */
export const assuranceOf = (methods: { method: string }[]): 'aal1' | 'aal2' =>
  methods.some(({ method }) => SECOND.has(method)) ? 'aal2' : 'aal1'
