import { randomUUID } from 'node:crypto'
import type { Tx } from '../database.ts'
import { NIL_UUID } from './users.ts'

// What GoTrue files each action under.
const LOG_TYPES = {
  login: 'account',
  logout: 'account',
  invite_accepted: 'account',
  user_signedup: 'team',
  user_invited: 'team',
  user_deleted: 'team',
  token_revoked: 'token',
  token_refreshed: 'token',
  user_modified: 'user',
  user_recovery_requested: 'user',
  user_reauthenticate_requested: 'user',
  user_confirmation_requested: 'user',
  user_repeated_signup: 'user',
  user_updated_password: 'user',
  identity_linked: 'user',
  identity_unlinked: 'user',
  factor_in_progress: 'factor',
  factor_unenrolled: 'factor',
  challenge_created: 'factor',
  verification_attempted: 'factor',
  factor_deleted: 'factor',
  factor_updated: 'factor',
} as const

/** What the audit log says happened; GoTrue's names. */
export type AuditAction = keyof typeof LOG_TYPES

/** Who did it. */
export interface Actor {
  id: string
  email: string | null
  phone: string | null
  is_sso_user?: boolean
  raw_user_meta_data?: Record<string, unknown> | null
}

/** The service role, which is nobody's account. */
export const SERVICE_ROLE: Actor = { id: NIL_UUID, email: 'service_role', phone: null }

/** A line of the audit log. */
export function auditPayload(
  action: AuditAction,
  actor: Actor,
  traits?: Record<string, unknown>,
): Record<string, unknown> {
  const name = actor.raw_user_meta_data?.full_name
  return {
    action,
    actor_id: actor.id,
    ...(name !== undefined && { actor_name: name }),
    actor_username: actor.phone || actor.email || '',
    actor_via_sso: actor.is_sso_user ?? false,
    log_type: LOG_TYPES[action],
    ...(traits && { traits }),
  }
}

/**
 * Leaves a line in auth.audit_log_entries.
 * @param traits what else is known of it; nothing secret.
 */
export async function audit(
  tx: Tx,
  action: AuditAction,
  actor: Actor,
  { traits, ip = '' }: { traits?: Record<string, unknown> | undefined; ip?: string | null | undefined } = {},
): Promise<void> {
  await tx.query(
    `insert into auth.audit_log_entries (instance_id, id, payload, created_at, ip_address)
     values ($1, $2, $3, now(), $4)`,
    [NIL_UUID, randomUUID(), auditPayload(action, actor, traits), ip ?? ''],
  )
}
