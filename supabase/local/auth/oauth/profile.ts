/** What a provider knows of a person. */
export interface Profile {
  /** Whom the provider means; it never changes. */
  sub: string
  /** The address that it calls the person's own, if it tells one. */
  email: { address: string; verified: boolean } | null
  /** All that it vouches for, in lower case. */
  verifiedEmails: string[]
  /** What else it tells, by OpenID Connect's names. */
  claims: Record<string, unknown>
}

/** OpenID Connect's claims about a person, beside those that a {@link Profile} names. */
const STANDARD = [
  'iss',
  'name',
  'family_name',
  'given_name',
  'middle_name',
  'nickname',
  'preferred_username',
  'profile',
  'picture',
  'website',
  'gender',
  'birthdate',
  'zoneinfo',
  'locale',
]

const isTrue = (value: unknown) => value === true || value === 'true' || value === '1'

/**
 * The profile that claims of OpenID Connect tell of.
 * @param isVerified does the provider vouch for the address? By `email_verified`, unless it has another way to say so.
 */
export function profileOf(
  claims: Record<string, unknown>,
  { isVerified = isTrue(claims.email_verified), custom = {} as Record<string, unknown> } = {},
): Profile {
  const sub = String(claims.sub ?? '')
  const address = typeof claims.email === 'string' && claims.email ? claims.email.toLowerCase() : null
  const told = STANDARD.filter((name) => claims[name] != null && claims[name] !== '')
  return {
    sub,
    email: address === null ? null : { address, verified: isVerified },
    verifiedEmails: address !== null && isVerified ? [address] : [],
    claims: {
      ...Object.fromEntries(told.map((name) => [name, claims[name]])),
      ...(claims.name ? { full_name: claims.name } : {}),
      ...(claims.picture ? { avatar_url: claims.picture } : {}),
      provider_id: sub,
      ...(Object.keys(custom).length && { custom_claims: custom }),
    },
  }
}

/** What an identity keeps of a profile, and the metadata of its user too. */
export const identityDataOf = ({
  sub,
  email,
  claims,
}: Profile): Record<string, unknown> & { sub: string } => ({
  ...claims,
  sub,
  ...(email && { email: email.address }),
  email_verified: email?.verified ?? false,
  phone_verified: false,
})
