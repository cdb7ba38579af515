import type { ClientBase } from 'pg'
import type { ComputedRelationship } from './relationships.ts'
import type { MediaHandler, Representation } from './types.ts'

const RELATIONS = `select reltype from pg_class where relkind in ('r', 'p', 'v', 'm', 'f')`

const COMPUTED = `
select json_build_object('schema', n.nspname, 'name', p.proname) as function,
  json_build_object('schema', an.nspname, 'name', a.typname) as table,
  json_build_object('schema', rn.nspname, 'name', r.typname) as foreign,
  not p.proretset or p.prorows = 1 as "isSingle"
from pg_proc p
join pg_namespace n on n.oid = p.pronamespace
join pg_type a on a.oid = p.proargtypes[0]
join pg_namespace an on an.oid = a.typnamespace
join pg_type r on r.oid = p.prorettype
join pg_namespace rn on rn.oid = r.typnamespace
where p.prokind = 'f' and p.pronargs = 1 and n.nspname = any($1)
  and a.oid in (${RELATIONS}) and r.oid in (${RELATIONS})
order by p.oid`

export async function readComputed(
  client: ClientBase,
  schemas: readonly string[],
): Promise<ComputedRelationship[]> {
  return (await client.query<ComputedRelationship>(COMPUTED, [schemas])).rows
}

const REPRESENTATIONS = `
select format_type(c.castsource, null) as source, format_type(c.casttarget, null) as target,
  json_build_object('schema', n.nspname, 'name', p.proname) as function
from pg_cast c
join pg_type s on s.oid = c.castsource
join pg_type t on t.oid = c.casttarget
join pg_proc p on p.oid = c.castfunc
join pg_namespace n on n.oid = p.pronamespace
where c.castcontext = 'i' and c.castmethod = 'f' and has_function_privilege(p.oid, 'execute')
  and (
    s.typtype = 'd' and t.oid in ('json'::regtype, 'text'::regtype)
    or t.typtype = 'd' and s.oid in ('json'::regtype, 'text'::regtype)
  )`

/** Implicit casts between a domain and json or text: those that a client reads and writes by. */
export async function readRepresentations(client: ClientBase): Promise<Representation[]> {
  return (await client.query<Representation>(REPRESENTATIONS)).rows
}

// A domain called as a media type is one. What gives it is an aggregate over rows, or a function whose result it is.
const HANDLERS = `
with media as (
  select t.oid, t.typname, t.typnamespace, lower(t.typname) as asked,
    case t.typname when '*/*' then 'application/octet-stream' else t.typname end as answered
  from pg_type t
  where t.typtype = 'd' and (t.typname ~* '^[a-z0-9.-]+/[a-z0-9.+-]+$' or t.typname = '*/*')
)
select m.asked as "mediaType", m.answered as "contentType", true as "isAggregate",
  jsonb_build_object('schema', n.nspname, 'name', p.proname) as function,
  case when a.oid = 'anyelement'::regtype then '*' else an.nspname || '.' || a.typname end as of
from media m
join pg_proc p on p.prorettype = m.oid
join pg_namespace n on n.oid = p.pronamespace
join pg_type a on a.oid = p.proargtypes[0]
join pg_namespace an on an.oid = a.typnamespace
where p.prokind = 'a' and p.pronargs = 1 and n.nspname = any($1)
  and (a.oid = 'anyelement'::regtype or a.oid in (${RELATIONS}))
union
select m.asked, m.answered, false, jsonb_build_object('schema', mn.nspname, 'name', m.typname),
  n.nspname || '.' || p.proname
from media m
join pg_namespace mn on mn.oid = m.typnamespace
join pg_proc p on p.prorettype = m.oid
join pg_namespace n on n.oid = p.pronamespace
where p.prokind = 'f' and not p.proretset and n.nspname = any($1)`

export async function readHandlers(client: ClientBase, schemas: readonly string[]): Promise<MediaHandler[]> {
  return (await client.query<MediaHandler>(HANDLERS, [schemas])).rows
}

/** Postgres looks for them in its files, which takes longer than all the rest: they are read once. */
export async function readTimezones(client: ClientBase): Promise<Map<string, string>> {
  const { rows } = await client.query<{ name: string }>('select name from pg_timezone_names')
  return new Map(rows.map(({ name }) => [name.toLowerCase(), name]))
}
