import { describe, expect, test } from 'vitest'
import { readConfig } from '../config.ts'
import { SetupError } from '../settings.ts'
import { checkConfigKeys } from './config-keys.ts'

const fault = (auth: Record<string, unknown>) => {
  try {
    checkConfigKeys(auth)
    return null
  } catch (error) {
    expect(error).toBeInstanceOf(SetupError)
    return (error as Error).message
  }
}

test('el config.toml de aquí dice solo lo que se cumple', async () => {
  expect(fault((await readConfig()).auth)).toBeNull()
})

test('lo que el CLI escribe y aquí no hay puede estar apagado', () => {
  expect(
    fault({
      rate_limit: { email_sent: 2, anonymous_users: 30, sms_sent: 30, web3: 30 },
      sms: { enable_signup: false, template: 'x', twilio: { enabled: false, auth_token: 'env(X)' } },
      captcha: { enabled: false, provider: 'hcaptcha' },
      web3: { solana: { enabled: false } },
      third_party: { firebase: { enabled: false } },
      oauth_server: { enabled: false, authorization_url_path: '/x', allow_dynamic_registration: false },
      mfa: { phone: { enroll_enabled: false, otp_length: 6 }, totp: { enroll_enabled: true } },
      hook: { send_email: { enabled: false, uri: '' }, custom_access_token: { enabled: false } },
      email: { smtp: { enabled: false, host: 'x' }, notification: { password_changed: { enabled: false } } },
      external: { facebook: { enabled: false, cualquiera: 1 } },
    }),
  ).toBeNull()
})

describe('no arranca con', () => {
  test.each([
    [{ enabled: false }, 'auth.enabled is true'],
    [{ jwt_expiry: '3600' }, 'auth.jwt_expiry is a number of seconds, not "3600"'],
    [{ password_requirements: 'todas' }, 'auth.password_requirements is one of the CLI'],
    [{ nueva: true }, 'auth.nueva is not to be had here'],
    [{ sessions: { allow_low_aal: '1h' } }, 'auth.sessions.allow_low_aal is not to be had here'],
    [{ sessions: { tags: ['a'] } }, 'auth.sessions.tags is not to be had here'],
    [{ sms: { enable_signup: true } }, 'auth.sms is not to be had here'],
    [{ sms: { twilio: { enabled: true } } }, 'auth.sms is not to be had here'],
    [{ captcha: { enabled: true } }, 'auth.captcha is not to be had here'],
    [{ hook: { send_email: { enabled: true } } }, 'auth.hook.send_email is not to be had here'],
    [{ email: { smtp: { enabled: true } } }, 'auth.email.smtp is SMTP_URL here'],
    [{ email: { smtp: { host: 'x' } } }, 'auth.email.smtp is SMTP_URL here'],
    [
      { external: { google: { enabled: 'env(GOOGLE)' } } },
      'auth.external.google.enabled is true or false, not "env(GOOGLE)"',
    ],
    [{ email: { template: { otra: { subject: 'x' } } } }, 'auth.email.template.otra is not to be had here'],
    [
      { email: { template: { invite: { content_path: './no-hay.html' } } } },
      'auth.email.template.invite.content_path is a file that is there, not "./no-hay.html"',
    ],
    [{ rate_limit: { sign_in_sign_ups: 30 } }, 'auth.rate_limit.sign_in_sign_ups is LIMIT_SIGN_IN here'],
    [{ jwt_secret: 'x' }, 'auth.jwt_secret is DATA_DIR/keys.json here'],
    [
      { external: { google: { enabled: true, tenant: 'x' } } },
      'auth.external.google.tenant is not to be had',
    ],
  ])('%j', (auth, message) => {
    expect(fault(auth)).toContain(`config.toml: ${message}`)
  })
})
