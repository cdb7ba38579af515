import type { ClientBase } from 'pg'
import { type Key, primaryKeyOf } from './keys.ts'
import { keyOf } from './names.ts'
import type { Column, Table } from './types.ts'
import { primaryKeyOfView, type View } from './views.ts'

// The search path is empty: a type that is not Postgres' own is written with its schema, and so are functions in defaults.
const TABLES = `
select c.oid, n.nspname as schema, c.relname as name, c.relkind in ('v', 'm') as "isView", d.description as comment,
  pg_relation_is_updatable(c.oid, true) as verbs,
  coalesce((
    select json_agg(json_build_object(
      'name', a.attname,
      'type', format_type(a.atttypid, a.atttypmod),
      'baseType', case
        when t.typtype = 'd' and b.typnamespace = 'pg_catalog'::regnamespace then format_type(b.oid, null)
        when t.typtype <> 'd' and t.typnamespace = 'pg_catalog'::regnamespace then format_type(a.atttypid, null)
        else format_type(a.atttypid, a.atttypmod)
      end,
      'isNullable', not (a.attnotnull or t.typtype = 'd' and t.typnotnull),
      'default', case
        when t.typbasetype <> 0 and f.adbin is null then pg_get_expr(t.typdefaultbin, 0)
        when a.attidentity = 'd' then (
          select format('nextval(%L)', s.objid::regclass)
          from pg_depend s
          where s.refclassid = 'pg_class'::regclass and s.classid = 'pg_class'::regclass
            and s.refobjid = c.oid and s.refobjsubid = a.attnum and s.deptype = 'i'
        )
        when a.attgenerated = '' then pg_get_expr(f.adbin, f.adrelid)
      end,
      'isGenerated', a.attgenerated <> '' or a.attidentity <> '',
      'maxLength', (
        select case
          when type in ('character'::regtype, 'character varying'::regtype) and modifier > 4 then modifier - 4
          when type in ('bit'::regtype, 'bit varying'::regtype) and modifier > 0 then modifier
        end
        from (
          select case when t.typtype = 'd' then t.typbasetype else a.atttypid end as type,
            case when t.typtype = 'd' then t.typtypmod else a.atttypmod end as modifier
        ) below
      ),
      'values', coalesce(
        (select json_agg(e.enumlabel order by e.enumsortorder) from pg_enum e where e.enumtypid = b.oid), '[]'),
      'comment', w.description
    ) order by a.attnum)
    from pg_attribute a
    join pg_type t on t.oid = a.atttypid
    join pg_type b on b.oid = pg_basetype(t.oid)
    left join pg_attrdef f on f.adrelid = a.attrelid and f.adnum = a.attnum
    left join pg_description w
      on w.objoid = c.oid and w.objsubid = a.attnum and w.classoid = 'pg_class'::regclass
    where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  ), '[]') as columns
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
left join pg_description d on d.objoid = c.oid and d.objsubid = 0 and d.classoid = 'pg_class'::regclass
where n.nspname = any($1) and c.relkind in ('r', 'p', 'v', 'm', 'f') and not c.relispartition
order by 2, 3`

/** Bits of pg_relation_is_updatable, by the numbers of Postgres' commands. */
const [UPDATE, INSERT, DELETE] = [1 << 2, 1 << 3, 1 << 4]

interface Row {
  oid: number
  schema: string
  name: string
  isView: boolean
  comment: string | null
  verbs: number
  columns: Column[]
}

/** Tables, views, materialized and foreign ones of the schemas, and partitioned ones without their parts. */
export async function readTables(
  client: ClientBase,
  schemas: readonly string[],
  keys: readonly Key[],
  views: readonly View[],
): Promise<Map<string, Table>> {
  const { rows } = await client.query<Row>(TABLES, [schemas])
  const primaryKeys = new Map(keys.filter(({ kind }) => kind === 'p').map((key) => [key.table.oid, key]))
  const viewsByOid = new Map(views.map((view) => [view.oid, view]))
  return new Map(
    rows.map(({ oid, verbs, columns, ...table }) => {
      const view = viewsByOid.get(oid)
      return [
        keyOf(table),
        {
          ...table,
          columns: new Map(columns.map((column) => [column.name, column])),
          primaryKey: view ? primaryKeyOfView(view, primaryKeys) : primaryKeyOf(primaryKeys.get(oid)),
          insertable: (verbs & INSERT) !== 0,
          updatable: (verbs & UPDATE) !== 0,
          deletable: (verbs & DELETE) !== 0,
        },
      ]
    }),
  )
}
