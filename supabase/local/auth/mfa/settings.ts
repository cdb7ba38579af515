import { SetupError } from '../../settings.ts'

/** `[auth.mfa]` of config.toml, with the CLI's defaults. */
export interface MfaSettings {
  totp: { enroll: boolean; verify: boolean }
  /** Of one user, verified or not. */
  maxEnrolledFactors: number
  /** Within so long a challenge is answered, and a factor that nobody ever answered for is forgotten. */
  expirySeconds: number
}

const DEFAULT_MAX_FACTORS = 10
const EXPIRY_SECONDS = 300

type Table = Record<string, unknown>

const table = (value: unknown): Table => (value && typeof value === 'object' ? (value as Table) : {})

/**
 * Reads `[auth.mfa]`.
 * @param auth `[auth]` of config.toml.
 * @throws SetupError where it asks for factors that this stack does not have.
 */
export function mfaSettings(auth: Table): MfaSettings {
  const mfa = table(auth.mfa)
  for (const kind of ['phone', 'web_authn']) {
    const { enroll_enabled, verify_enabled } = table(mfa[kind])
    if (enroll_enabled === true || verify_enabled === true)
      throw new SetupError(`config.toml: auth.mfa.${kind} is not to be had here; auth.mfa.totp is.`)
  }
  const totp = table(mfa.totp)
  const most = mfa.max_enrolled_factors ?? DEFAULT_MAX_FACTORS
  if (!Number.isInteger(most) || Number(most) < 0)
    throw new SetupError(
      `config.toml: auth.mfa.max_enrolled_factors is a whole number, not ${JSON.stringify(most)}.`,
    )
  return {
    totp: { enroll: totp.enroll_enabled === true, verify: totp.verify_enabled === true },
    maxEnrolledFactors: Number(most),
    expirySeconds: EXPIRY_SECONDS,
  }
}
