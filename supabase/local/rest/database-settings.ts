// What the database says of its roles, and of how REST serves it: `alter role … set …`.
import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import { listen } from '../../../server/db/listen.ts'
import type { Setting } from './context.ts'
import type { RestSettings } from './options.ts'

const PATIENCE_MS = 5000

/** What is said of a role that a caller may be. */
export interface RoleSettings {
  settings: readonly Setting[]
  /** `default_transaction_isolation`, which a transaction has to begin with. */
  isolation: string | null
}

/** `alter role authenticator set pgrst.…`: PostgREST reads its configuration there too. */
export type DatabaseConfig = Partial<
  Pick<RestSettings, 'hasAggregates' | 'hasPlans' | 'maxRows' | 'preRequest'>
>

type Row = { role: string; name: string; value: string }

/**
 * Of the roles that authenticator may become; those that it may not set are left out. As authenticator: nobody becomes
 * a role by `set role`, with its settings. And its own, of this database last.
 */
const SETTINGS = `
  with settings as (
    select r.rolname as role, c.setting, 0 as rank
    from pg_auth_members as m
    join pg_roles as r on r.oid = m.roleid
    cross join unnest(r.rolconfig) as c (setting)
    where m.member = current_user::regrole
    union all
    select '', c.setting, case when s.setdatabase = 0 then 1 else 2 end
    from pg_db_role_setting as s
    cross join unnest(s.setconfig) as c (setting)
    where s.setrole = current_user::regrole and c.setting like 'pgrst.%'
      and s.setdatabase in (0, (select oid from pg_database where datname = current_database()))
  ), named as (
    select role, rank, split_part(setting, '=', 1) as name, substr(setting, strpos(setting, '=') + 1) as value
    from settings
  )
  select s.role, s.name, s.value
  from named as s
  left join pg_settings as p on p.name = s.name
  where s.role = '' or p.context = 'user' or has_parameter_privilege(p.name, 'set')
  order by s.role, s.rank, s.name`

const NONE: RoleSettings = { settings: [], isolation: null }

function readRoles(rows: readonly Row[]): ReadonlyMap<string, RoleSettings> {
  const roles = new Map<string, { settings: Setting[]; isolation: string | null }>()
  for (const { role, name, value } of rows) {
    const one = roles.get(role) ?? { settings: [], isolation: null }
    if (name === 'default_transaction_isolation') one.isolation = value
    else one.settings.push([name, value])
    roles.set(role, one)
  }
  return roles
}

const isOn = (value: string) => /^(t|true|on|yes|y|1)$/i.test(value.trim())

const CONFIG: Record<string, (value: string) => DatabaseConfig> = {
  'pgrst.db_aggregates_enabled': (value) => ({ hasAggregates: isOn(value) }),
  'pgrst.db_plan_enabled': (value) => ({ hasPlans: isOn(value) }),
  'pgrst.db_max_rows': (value) => (/^\d{1,15}$/.test(value) ? { maxRows: Number(value) } : {}),
  'pgrst.db_pre_request': (value) => {
    const [schema, name] = value.split('.', 2)
    return { preRequest: value ? { schema: name ? schema! : 'public', name: name ?? value } : null }
  },
}

const readConfig = (rows: readonly Row[]): DatabaseConfig =>
  Object.assign({}, ...rows.map(({ name, value }) => CONFIG[name]?.(value) ?? {}))

export interface DatabaseSettings {
  roleOf(role: string): RoleSettings
  config: DatabaseConfig
}

const NOTHING: DatabaseSettings = { roleOf: () => NONE, config: {} }

/**
 * Keeps them, read again whenever `NOTIFY pgrst` says anything.
 * @param url of authenticator.
 */
export function openDatabaseSettings(url: string) {
  let current: DatabaseSettings | undefined
  let setRead: () => void = () => {}
  const isRead = new Promise<void>((resolve) => {
    setRead = resolve
  })

  async function read() {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: PATIENCE_MS })
    client.on('error', () => {})
    try {
      await client.connect()
      const { rows } = await client.query<Row>(SETTINGS)
      const roles = readRoles(rows.filter(({ role }) => role !== ''))
      current = {
        roleOf: (role) => roles.get(role) ?? NONE,
        config: readConfig(rows.filter(({ role }) => role === '')),
      }
      setRead()
    } finally {
      await client.end().catch(() => {})
    }
  }

  const listener = listen(url, 'pgrst', read)
  return {
    /** None where they cannot be read, as nothing else can be then. */
    async read(): Promise<DatabaseSettings> {
      if (!current) await Promise.race([isRead, wait(PATIENCE_MS, undefined, { ref: false })])
      return current ?? NOTHING
    },
    close: () => listener.close(),
  }
}
