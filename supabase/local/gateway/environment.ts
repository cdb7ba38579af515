import * as v from 'valibot'
import { CALLERS } from '../../../server/http/settings.ts'
import { quota } from '../../../server/process/quota.ts'
import { SetupError } from '../settings.ts'
import type { AuthQuotas } from './auth-limits.ts'

const kilobytes = v.pipe(
  v.string(),
  v.regex(/^[1-9]\d{0,5}$/, 'debe ser un número entero de 1 a 999999'),
  v.transform(Number),
)

const days = v.pipe(
  v.string(),
  v.regex(/^(0|[1-9]\d{0,3})$/, 'debe ser un número entero de 0 a 9999'),
  v.transform(Number),
)

const EnvironmentSchema = v.object({
  ...CALLERS,
  LIMIT_SIGN_IN: v.optional(quota, '150/300'),
  LIMIT_REFRESH: v.optional(quota, '600/300'),
  LIMIT_GUESSES: v.optional(quota, '10/300'),
  LIMIT_GUESSES_STRANGERS: v.optional(quota, '30/300'),
  AUTH_AUDIT_DAYS: v.optional(days, '365'),
  AUTH_ANONYMOUS_DAYS: v.optional(days, '0'),
  REST_MAX_BODY_KB: v.optional(kilobytes, '5000'),
})

/** What the gateway reads from the environment. */
export interface GatewayEnvironment {
  /** Whose word on the client's address counts. */
  trustedProxies: string[]
  /** Who may read /metrics: whoever has the token, or comes from these addresses. */
  metrics: { token: string | undefined; allow: string[] }
  limits: AuthQuotas
  /** Days that Auth's audit log is kept; 0 for good. */
  auditDays: number
  /** Days after which an anonymous account goes that nobody uses; 0 for never. */
  anonymousDays: number
  /** Largest body that REST takes. */
  restBodyBytes: number
}

/**
 * Reads and checks it; each variable is described in docs/entorno.md.
 * @throws SetupError naming every variable that is wrong.
 */
export function readGatewayEnvironment(env: NodeJS.ProcessEnv = process.env): GatewayEnvironment {
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value))
  const result = v.safeParse(EnvironmentSchema, present)
  if (!result.success)
    throw new SetupError(
      `${result.issues.map((issue) => `${v.getDotPath(issue)} ${issue.message}`).join('; ')}.`,
    )
  const { output } = result
  return {
    trustedProxies: output.TRUSTED_PROXIES,
    metrics: { token: output.METRICS_TOKEN, allow: output.METRICS_ALLOW },
    limits: {
      signIn: output.LIMIT_SIGN_IN,
      refresh: output.LIMIT_REFRESH,
      guesses: output.LIMIT_GUESSES,
      strangers: output.LIMIT_GUESSES_STRANGERS,
    },
    auditDays: output.AUTH_AUDIT_DAYS,
    anonymousDays: output.AUTH_ANONYMOUS_DAYS,
    restBodyBytes: output.REST_MAX_BODY_KB * 1000,
  }
}
