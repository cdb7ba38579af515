import type { ClientBase } from 'pg'
import { keyOf } from './names.ts'
import type { Name, Parameter, Routine } from './types.ts'

/** What a function may set for the whole transaction that it is called in: PostgREST's db-hoisted-tx-settings. */
const SETTINGS = ['statement_timeout', 'plan_filter.statement_cost_limit', 'default_transaction_isolation']

// A function without names can be called only with its one parameter as the whole body. Of parameters those that come in
// count; where none goes out, proallargtypes is null.
const ROUTINES = `
select p.oid, n.nspname as schema, p.proname as name, d.description as comment, p.provolatile as volatility,
  p.proretset as "isSet",
  rt.typtype = 'c' or coalesce(p.proargmodes::text[] && '{t,b,o}', false) as "isComposite",
  json_build_object('schema', rn.nspname, 'name', rt.typname) as type,
  rc.relkind in ('r', 'p', 'v', 'm', 'f') as "isTable",
  i.parameters,
  (
    select json_agg(json_build_array(split_part(s, '=', 1), substr(s, strpos(s, '=') + 1)))
    from unnest(p.proconfig) s
    where split_part(s, '=', 1) = any($2)
  ) as settings
from pg_proc p
join pg_namespace n on n.oid = p.pronamespace
join pg_type rt on rt.oid = pg_basetype(p.prorettype)
join pg_namespace rn on rn.oid = rt.typnamespace
left join pg_class rc on rc.oid = nullif(rt.typrelid, 0)
left join pg_description d on d.objoid = p.oid and d.objsubid = 0 and d.classoid = 'pg_proc'::regclass
cross join lateral (
  select
    coalesce(json_agg(json_build_object(
      'name', name,
      'type', format_type(type, null),
      'anyLength', case format_type(type, null)
        when 'bit' then 'bit varying'
        when 'bit[]' then 'bit varying[]'
        when 'character' then 'character varying'
        when 'character[]' then 'character varying[]'
        else format_type(type, null)
      end,
      'isRequired', place <= p.pronargs - p.pronargdefaults,
      'isVariadic', mode = 'v'
    ) order by place), '[]') as parameters,
    count(*) filter (where name = '') as unnamed,
    count(*) as all,
    bool_and(type in (
      'bytea'::regtype, 'json'::regtype, 'jsonb'::regtype, 'text'::regtype, 'xml'::regtype
    )) as "areWhole"
  from (
    select coalesce(a.name, '') as name, a.type, coalesce(a.mode, 'i') as mode,
      row_number() over (order by a.place) as place
    from unnest(coalesce(p.proallargtypes, p.proargtypes::oid[]), p.proargnames, p.proargmodes)
      with ordinality a (type, name, mode, place)
    where coalesce(a.mode, 'i') in ('i', 'b', 'v')
  ) as incoming
) i
where n.nspname = any($1) and p.prokind = 'f'
  and rt.oid not in ('trigger'::regtype, 'event_trigger'::regtype)
  and (i.unnamed = 0 or i.all = 1 and i."areWhole")
order by p.proname, p.pronargs, d.description collate "C" nulls first, i.parameters::text collate "C"`

interface Row extends Name {
  oid: number
  comment: string | null
  volatility: 'v' | 's' | 'i'
  isSet: boolean
  isComposite: boolean
  type: Name
  isTable: boolean | null
  parameters: Parameter[]
  settings: [string, string][] | null
}

const VOLATILITIES = { v: 'volatile', s: 'stable', i: 'immutable' } as const

/** The functions of the schemas that a request can name parameters of; those with fewer before their overloads, in PostgREST's order. */
export async function readRoutines(
  client: ClientBase,
  schemas: readonly string[],
): Promise<Map<string, Routine[]>> {
  const { rows } = await client.query<Row>(ROUTINES, [schemas, SETTINGS])
  const routines = new Map<string, Routine[]>()
  for (const { volatility, isSet, isComposite, type, isTable, settings, ...row } of rows) {
    const routine: Routine = {
      ...row,
      returns: {
        kind: isComposite ? 'composite' : 'scalar',
        isSet,
        type,
        table: isTable ? type : null,
        isVoid: !isSet && type.schema === 'pg_catalog' && type.name === 'void',
      },
      volatility: VOLATILITIES[volatility],
      settings: settings ?? [],
    }
    routines.set(keyOf(row), [...(routines.get(keyOf(row)) ?? []), routine])
  }
  return routines
}
