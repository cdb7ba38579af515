import { randomInt, randomUUID } from 'node:crypto'
import { userJson } from '../records/user-json.ts'
import type { UserRow } from '../records/users.ts'

/** Who signs up. */
export interface Applicant {
  email: string
  passwordHash: string
  /** What the app says of the person. */
  data: Record<string, unknown>
}

/** GoTrue puts into the metadata what it knows of the address, which no app may say otherwise. */
export const metadataOf = (id: string, { email, data }: Pick<Applicant, 'email' | 'data'>) => ({
  ...data,
  sub: id,
  email,
  email_verified: false,
  phone_verified: false,
})

const EMAIL_ONLY = { provider: 'email', providers: ['email'] }

/**
 * What who signs up again is shown of an account that waits for its confirmation: what it has said itself, as if it had
 * just made it. What is kept there, and since when, is not for whoever knows the address.
 */
export function asIfNew(user: UserRow, applicant: Applicant): Record<string, unknown> {
  const { id, email } = user
  // Postgres has microseconds.
  const now = new Date().toISOString().replace('Z', `${String(randomInt(1000)).padStart(3, '0')}Z`)
  const times = { last_sign_in_at: now, created_at: now, updated_at: now }
  const metadata = metadataOf(id, applicant)
  const own = user.identities.find(({ provider }) => provider === 'email')
  const identity = {
    id: own?.id ?? randomUUID(),
    provider_id: id,
    user_id: id,
    identity_data: metadata,
    provider: 'email',
    email,
    ...times,
  }
  return userJson({
    id,
    email,
    aud: 'authenticated',
    role: 'authenticated',
    phone: null,
    confirmation_sent_at: user.confirmation_sent_at,
    raw_app_meta_data: EMAIL_ONLY,
    raw_user_meta_data: metadata,
    factors: [],
    identities: [identity],
    is_anonymous: false,
    created_at: now,
    updated_at: now,
  } as unknown as UserRow)
}

/** What who signs up is shown where the mail did not leave, and no account has been made: as if it had. */
export const unheard = (applicant: Applicant): Record<string, unknown> =>
  asIfNew(
    {
      id: randomUUID(),
      email: applicant.email,
      confirmation_sent_at: new Date().toISOString(),
      identities: [],
    } as unknown as UserRow,
    applicant,
  )

/** What an account looks like that nobody has: for an address that somebody has confirmed. */
export function nobody({ email, data }: Applicant): Record<string, unknown> {
  const now = new Date().toISOString()
  return {
    id: randomUUID(),
    aud: 'authenticated',
    role: '',
    email,
    phone: '',
    confirmation_sent_at: now,
    app_metadata: EMAIL_ONLY,
    user_metadata: data,
    identities: [],
    created_at: now,
    updated_at: now,
    is_anonymous: false,
  }
}
