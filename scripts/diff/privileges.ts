import type { Difference } from '../../supabase/local/postgres/catalog.ts'

const WORDS: Record<string, string> = {
  r: 'select',
  a: 'insert',
  w: 'update',
  d: 'delete',
  D: 'truncate',
  x: 'references',
  t: 'trigger',
  m: 'maintain',
  X: 'execute',
  U: 'usage',
  C: 'create',
}

/** Who may do what: `authenticated=ar/postgres` as `authenticated` with a and r. The owner may do all. */
function read(acl: unknown): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>()
  for (const item of (acl ?? []) as string[]) {
    const [, grantee, letters, owner] = /^(.*)=([^/]*)\/(.*)$/.exec(item)!
    // r* may also be given on: a thing that we do not do, and that stays for a person to write.
    if (grantee !== owner) found.set(grantee || 'public', new Set(letters!.match(/.\*?/g)))
  }
  return found
}

const without = (some: Set<string> = new Set(), others: Set<string> = new Set()) =>
  [...some].filter((letter) => !others.has(letter) && WORDS[letter])

/** `table public.contratos (codigo)` of `column public.contratos.codigo`, and so on. */
function written(key: string): { object: string; column: string } | null {
  const [, kind, name] = /^(table|view|sequence|function|schema|type|column) (.+)$/s.exec(key) ?? []
  if (!kind || !name) return null
  if (kind === 'column') {
    const [, table, column] = /^(.+)\.(.+?)$/.exec(name)!
    return { object: `table ${table}`, column: ` (${column})` }
  }
  return { object: `${kind === 'view' ? 'table' : kind} ${name}`, column: '' }
}

/**
 * The grants and revokes that give the first database the privileges of the second. What is taken from a table is taken
 * from its columns too, so that what is left has to be asked once more.
 */
export function privilegeStatements(differences: Difference[]): string[] {
  // Of each statement, to whom: what is the same for several is said once.
  const [revokes, grants] = [new Map<string, string[]>(), new Map<string, string[]>()]
  const add = (
    to: Map<string, string[]>,
    start: string,
    letters: string[],
    grantee: string,
    column: string,
  ) => {
    const list = letters.map((letter) => (WORDS[letter] ?? letter) + column).join(', ')
    const sql = start.replace('…', list)
    if (letters.length) to.set(sql, [...(to.get(sql) ?? []), grantee])
  }
  for (const { key, fact, values } of differences) {
    const place = written(key)
    if (fact !== 'acl' || !place) continue
    const [now, wanted] = values.map(read) as [ReturnType<typeof read>, ReturnType<typeof read>]
    const { object, column } = place
    const grantees = [...new Set([...now.keys(), ...wanted.keys()])]
    // What a new object has been given by default is not so everywhere: it is given in so many words, to all.
    const isGivenAnew = !column && grantees.some((one) => without(now.get(one), wanted.get(one)).length > 0)
    for (const grantee of grantees) {
      const [has, needs] = [now.get(grantee), wanted.get(grantee)]
      const taken = without(has, needs)
      // An older Postgres, as the tests of a server have, knows no `maintain`: all is taken, and what stays is given.
      const takesAll = !column && (taken.includes('m') || (taken.length > 0 && !needs))
      add(revokes, `revoke … on ${object} from `, takesAll ? ['all'] : taken, grantee, column)
      add(grants, `grant … on ${object} to `, without(needs, isGivenAnew ? undefined : has), grantee, column)
    }
  }
  const told = (statements: Map<string, string[]>) =>
    [...statements].map(([sql, grantees]) => sql + grantees.join(', '))
  // From a table before its columns: it would take from them too.
  const ofColumns = (sql: string) => Number(/ \(.* on table /.test(sql))
  return [...told(revokes).sort((a, b) => ofColumns(a) - ofColumns(b)), ...told(grants)]
}
