import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { type AuthDatabase, openAuthDatabase } from '../../supabase/local/auth/database.ts'
import { sweepAuth } from '../../supabase/local/auth/records/sweep.ts'
import { makeUser } from './support.ts'

const DAY = 86_400
let db: AuthDatabase
beforeAll(() => {
  const url = Object.assign(new URL(inject('stack').databaseUrl), { username: 'supabase_auth_admin' })
  db = openAuthDatabase(url.href, 2)
})
afterAll(() => db.close())

const retention = {
  sessions: { timeboxMs: 0, inactivityMs: 0 },
  otpExpirySeconds: 3600,
  auditDays: 30,
  anonymousDays: 0,
}

/** How long a row is kept, and how one of that age is made: its id, its age, somebody's id. */
const TABLES: Record<string, { keptS: number; insert: string }> = {
  flow_state: {
    keptS: DAY,
    insert: `insert into auth.flow_state (id, provider_type, authentication_method, created_at)
      values ($1, 'email', 'magiclink', now() - make_interval(secs => $2)) returning $3::uuid`,
  },
  oauth_client_states: {
    keptS: DAY,
    insert: `insert into auth.oauth_client_states (id, provider_type, created_at)
      values ($1, 'google', now() - make_interval(secs => $2)) returning $3::uuid`,
  },
  mfa_factors: {
    keptS: DAY,
    insert: `insert into auth.mfa_factors (id, user_id, factor_type, status, created_at, updated_at)
      values ($1, $3, 'totp', 'unverified', now() - make_interval(secs => $2), now())`,
  },
  mfa_challenges: {
    keptS: DAY,
    insert: `with f as (
        insert into auth.mfa_factors (id, user_id, factor_type, status, created_at, updated_at)
        values (gen_random_uuid(), $3, 'totp', 'verified', now(), now()) returning id)
      insert into auth.mfa_challenges (id, factor_id, ip_address, created_at)
      select $1, f.id, '::1', now() - make_interval(secs => $2) from f`,
  },
  one_time_tokens: {
    keptS: DAY + 3600,
    insert: `insert into auth.one_time_tokens (id, user_id, token_type, token_hash, relates_to, created_at)
      values ($1, $3, 'recovery_token', 'x', 'a@b.c', now() at time zone 'UTC' - make_interval(secs => $2))`,
  },
  audit_log_entries: {
    keptS: 30 * DAY,
    insert: `insert into auth.audit_log_entries (id, created_at)
      values ($1, now() - make_interval(secs => $2)) returning $3::uuid`,
  },
  sessions: {
    keptS: 3 * DAY,
    insert: `insert into auth.sessions (id, user_id, created_at, not_after)
      values ($1, $3, now() - interval '1 year', now() - make_interval(secs => $2))`,
  },
}

test.each(Object.entries(TABLES))('%s: lo viejo se va y lo demás queda', async (table, { keptS, insert }) => {
  const [old, young] = [randomUUID(), randomUUID()]
  for (const [id, seconds] of [
    [old, keptS + 60],
    [young, keptS - 60],
  ] as const)
    await db.query(insert, [id, seconds, (await makeUser()).id])
  await sweepAuth(db.pool, retention)
  const rows = await db.query<{ id: string }>(`select id from auth.${table} where id = any ($1)`, [
    [old, young],
  ])
  expect(rows.map(({ id }) => id)).toEqual([young])
})

test('los tokens de renovación que ya se cambiaron duran un día, y el vivo lo que su sesión', async () => {
  const { id } = await makeUser()
  const token = (n: number) => `barrido${n}${id.slice(0, 8)}`
  for (const [n, isRevoked, age] of [
    [1, true, '25 hours'],
    [2, true, '23 hours'],
    [3, false, '90 days'],
  ])
    await db.query(
      `insert into auth.refresh_tokens (token, user_id, revoked, updated_at)
       values ($1, $2, $3, now() - $4::interval)`,
      [token(Number(n)), id, isRevoked, age],
    )
  await sweepAuth(db.pool, retention)
  const rows = await db.query<{ token: string }>(
    'select token from auth.refresh_tokens where user_id = $1 order by token',
    [id],
  )
  expect(rows.map((row) => row.token)).toEqual([token(2), token(3)])
})

test('de muchas filas no queda ninguna, y sin plazo la auditoría queda', async () => {
  const mark = randomUUID()
  await db.query(
    `insert into auth.audit_log_entries (id, ip_address, created_at)
     select gen_random_uuid(), $1, now() - interval '2 years' from generate_series(1, 1201)`,
    [mark],
  )
  const left = async () =>
    (await db.query('select id from auth.audit_log_entries where ip_address = $1', [mark])).length
  await sweepAuth(db.pool, { ...retention, auditDays: 0 })
  expect(await left()).toBe(1201)
  expect(await sweepAuth(db.pool, retention)).toBeGreaterThanOrEqual(1201)
  expect(await left()).toBe(0)
})

test('con tiempo de sesión, las que pasaron hace un día se van', async () => {
  const { id } = await makeUser()
  const sessions = { timeboxMs: 2 * 3600_000, inactivityMs: 3600_000 }
  const [timed, idle, used] = [randomUUID(), randomUUID(), randomUUID()]
  for (const [session, created, refreshed] of [
    [timed, '27 hours', '1 minute'],
    [idle, '25 hours 30 minutes', '25 hours 10 minutes'],
    [used, '25 hours 30 minutes', '1 minute'],
  ])
    await db.query(
      `insert into auth.sessions (id, user_id, created_at, refreshed_at)
       values ($1, $2, now() - $3::interval, (now() - $4::interval) at time zone 'UTC')`,
      [session, id, created, refreshed],
    )
  await sweepAuth(db.pool, { ...retention, sessions })
  const rows = await db.query<{ id: string }>('select id from auth.sessions where user_id = $1', [id])
  expect(rows.map((row) => row.id)).toEqual([used])
})

test('las cuentas anónimas quedan; con un plazo se van las que nadie usó, y ninguna otra', async () => {
  const mark = randomUUID()
  const insert = (name: string, isAnonymous: boolean, created: string, entered: string | null) =>
    db.query(
      `insert into auth.users (id, aud, role, is_anonymous, created_at, last_sign_in_at, raw_user_meta_data)
       values (gen_random_uuid(), 'authenticated', 'authenticated', $1, now() - $2::interval, now() - $3::interval,
         jsonb_build_object('marca', $4::text, 'nombre', $5::text))`,
      [isAnonymous, created, entered, mark, name],
    )
  await insert('nunca usada', true, '31 days', null)
  await insert('dejada', true, '90 days', '31 days')
  await insert('en uso', true, '90 days', '29 days')
  await insert('nueva', true, '1 day', null)
  await insert('de alguien', false, '90 days', '90 days')
  const left = async () =>
    (
      await db.query<{ name: string }>(
        `select raw_user_meta_data ->> 'nombre' as name from auth.users
         where raw_user_meta_data ->> 'marca' = $1 order by 1`,
        [mark],
      )
    ).map(({ name }) => name)
  await sweepAuth(db.pool, retention)
  expect(await left()).toHaveLength(5)
  await sweepAuth(db.pool, { ...retention, anonymousDays: 30 })
  expect(await left()).toEqual(['de alguien', 'en uso', 'nueva'])
})

test('una cuenta anónima que lo suyo no deja ir no detiene lo demás', async () => {
  const id = randomUUID()
  await db.query(
    `insert into auth.audit_log_entries (instance_id, id, payload, created_at, ip_address)
     values ('00000000-0000-0000-0000-000000000000', $1, '{}', now() - interval '31 days', '')`,
    [id],
  )
  const held: typeof db.pool = {
    query: async (text, values) => {
      if (text.includes('auth.users')) throw new Error('la clave foránea no deja')
      return db.pool.query(text, values)
    },
  }
  await expect(sweepAuth(held, { ...retention, anonymousDays: 30 })).rejects.toThrow('no deja')
  expect(await db.query('select from auth.audit_log_entries where id = $1', [id])).toEqual([])
})
