import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import { listen } from '../../../server/db/listen.ts'
import type { Setting } from './context.ts'

const PATIENCE_MS = 5000

/** What `alter role … set …` says of the roles that a caller may be. */
export interface RoleSettings {
  settings: readonly Setting[]
  /** `default_transaction_isolation`, which a transaction has to begin with. */
  isolation: string | null
}

/**
 * Of the roles that authenticator may become; those that it may not set are left out. As authenticator: nobody becomes
 * a role by `set role`, with its settings.
 */
export const ROLE_SETTINGS = `
  with settings as (
    select r.rolname as role, split_part(c.setting, '=', 1) as name,
      substr(c.setting, strpos(c.setting, '=') + 1) as value
    from pg_auth_members as m
    join pg_roles as r on r.oid = m.roleid
    cross join unnest(r.rolconfig) as c (setting)
    where m.member = current_user::regrole
  )
  select s.role, s.name, s.value
  from settings as s
  join pg_settings as p on p.name = s.name
  where p.context = 'user' or has_parameter_privilege(p.name, 'set')
  order by s.role, s.name`

const NONE: RoleSettings = { settings: [], isolation: null }

/** @param rows of {@link ROLE_SETTINGS}. */
export function readRoleSettings(rows: readonly { role: string; name: string; value: string }[]) {
  const roles = new Map<string, { settings: Setting[]; isolation: string | null }>()
  for (const { role, name, value } of rows) {
    const one = roles.get(role) ?? { settings: [], isolation: null }
    if (name === 'default_transaction_isolation') one.isolation = value
    else one.settings.push([name, value])
    roles.set(role, one)
  }
  return (role: string): RoleSettings => roles.get(role) ?? NONE
}

/**
 * Keeps them, read again whenever `NOTIFY pgrst` says anything.
 * @param url of authenticator.
 */
export function openRoleSettings(url: string) {
  let of: ReturnType<typeof readRoleSettings> | undefined
  let setRead: () => void = () => {}
  const isRead = new Promise<void>((resolve) => {
    setRead = resolve
  })

  async function read() {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: PATIENCE_MS })
    client.on('error', () => {})
    try {
      await client.connect()
      of = readRoleSettings((await client.query(ROLE_SETTINGS)).rows)
      setRead()
    } finally {
      await client.end().catch(() => {})
    }
  }

  const listener = listen(url, 'pgrst', read)
  return {
    /** Those of a role: none where they cannot be read, as nothing else can be then. */
    async of(role: string): Promise<RoleSettings> {
      if (!of) await Promise.race([isRead, wait(PATIENCE_MS, undefined, { ref: false })])
      return of?.(role) ?? NONE
    },
    close: () => listener.close(),
  }
}
