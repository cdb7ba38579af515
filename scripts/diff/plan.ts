import { extract } from '@supabase/pg-delta/extract'
import { plan as planDelta } from '@supabase/pg-delta/plan'
import { formatSqlStatements } from '@supabase/pg-delta/sql-format'
import pg from 'pg'

/** Statements that make one database like another, and what has to be known of them. */
export interface Changes {
  statements: string[]
  /** Those that lose data, or may. */
  destructive: string[]
  /** Those that write a whole table anew, which nobody reads meanwhile. */
  rewriting: string[]
  /** Pairs that look like one thing with a new name: planned as one that goes and another that comes. */
  renamed: string[]
  /** What pg-delta does not know how to compare. */
  unknown: string[]
}

const HISTORY = 'supabase_migrations'

// Privileges are ours (privileges.ts): pg-delta grants to columns before it revokes from their table, which takes both,
// and leaves a new table what the default privileges gave to anon.
const POLICY = {
  id: 'triboka',
  filter: [
    { match: { kind: 'acl' }, action: 'exclude' as const },
    // Which migrations were applied: only one of the two has it.
    { match: { schema: HISTORY }, action: 'exclude' as const },
    { match: { all: [{ kind: 'schema' }, { name: HISTORY }] }, action: 'exclude' as const },
  ],
}

// An explicit cast cuts and rounds what does not fit without a word; pg-delta says that it loses nothing.
const CAST = /^ALTER TABLE .+ ALTER COLUMN .+ TYPE .+ USING /s

const QUOTED = /'(?:[^']|'')*'|(\$\w*\$)[\s\S]*?\1|"([a-z_][a-z0-9_]*)"/g

/** As we write it: keywords in lower case, quotes only where a name needs them. */
function format(statements: string[], keywords: Set<string>): string[] {
  return formatSqlStatements(statements, { keywordCase: 'lower', maxWidth: 118, alignColumns: false }).map(
    (sql) => sql.replace(QUOTED, (all, _tag, name?: string) => (name && !keywords.has(name) ? name : all)),
  )
}

const nameOf = (id: object) =>
  Object.entries(id)
    .filter(([key]) => key !== 'kind')
    .map(([, value]) => value)
    .join('.')

/**
 * Asks pg-delta what makes one database like another.
 * @param from URL of the one that changes.
 * @param to URL of the one it has to be like, in the same cluster.
 */
export async function planChanges(from: string, to: string): Promise<Changes> {
  const pools = [from, to].map((connectionString) => new pg.Pool({ connectionString, max: 5 }))
  const [source, target] = pools as [pg.Pool, pg.Pool]
  try {
    const [now, wanted] = [await extract(source), await extract(target)]
    const roles = await source.query<{ rolname: string }>('select rolname from pg_roles')
    const words = await source.query<{ word: string }>(
      `select word from pg_get_keywords() where catcode <> 'U'`,
    )
    const keywords = new Set(words.rows.map(({ word }) => word))
    const { actions, renameCandidates } = planDelta(now.factBase, wanted.factBase, {
      policy: POLICY,
      scope: 'database',
      defaultOwner: 'postgres',
      assumedRoles: roles.rows.map(({ rolname }) => rolname),
      renames: 'prompt',
    })
    const told = (which: typeof actions) =>
      format(
        which.map(({ sql }) => sql),
        keywords,
      )
    return {
      statements: told(actions),
      destructive: told(actions.filter(({ dataLoss, sql }) => dataLoss === 'destructive' || CAST.test(sql))),
      rewriting: told(
        actions.filter(
          ({ rewriteRisk, verb, dataLoss }) => rewriteRisk && verb === 'alter' && dataLoss === 'none',
        ),
      ),
      renamed: renameCandidates.map(({ kind, from, to }) => `${kind} ${nameOf(from)} → ${nameOf(to)}`),
      unknown: wanted.diagnostics
        .filter(({ code }) => code === 'unmodeled_kind')
        .map(({ message }) => message),
    }
  } finally {
    await Promise.all(pools.map((pool) => pool.end()))
  }
}
