import { readdir, readFile } from 'node:fs/promises'
import pg from 'pg'
import { splitStatements } from './statements.ts'

const FOLDER = new URL('../../schemas/', import.meta.url)

/** The SQL files of a folder and those below it, in the order in which they are applied: that of their paths. */
export async function listSchemas(folder: URL = FOLDER): Promise<string[]> {
  const paths = await readdir(folder, { recursive: true })
  // By bytes, as the glob of config.toml is ordered.
  return paths.filter((path) => path.endsWith('.sql')).sort()
}

/** Each statement with the line on which it starts. */
function* statementsOf(sql: string): Generator<{ text: string; line: number }> {
  let from = 0
  for (const text of splitStatements(sql)) {
    const at = sql.indexOf(text, from)
    from = at + text.length
    yield { text, line: sql.slice(0, at).split('\n').length }
  }
}

/** Where a statement went wrong: at the word that Postgres names, or at its first line that is no comment. */
function lineOf({ text, line }: { text: string; line: number }, position: string | undefined): number {
  const before = position ? text.slice(0, Number(position)) : /^(?:\s*(?:--.*)?\n)*/.exec(text)![0]
  return line + before.split('\n').length - 1
}

/**
 * Makes what the schema files say, all in one transaction.
 * @param connectionString of role postgres, on a database that has what bootstrap makes and nothing of ours.
 * @param folder of the schemas; ours where none is given.
 * @throws Error that names file and line; the database stays as it was.
 */
export async function applySchemas(connectionString: string, folder: URL = FOLDER): Promise<void> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  try {
    await client.query('begin')
    // A function may call what a later file makes.
    await client.query('set local check_function_bodies = off')
    for (const path of await listSchemas(folder)) {
      for (const statement of statementsOf(await readFile(new URL(path, folder), 'utf8'))) {
        await client.query(statement.text).catch((cause: pg.DatabaseError) => {
          const { message, detail, where, position } = cause
          const place = `supabase/schemas/${path}:${lineOf(statement, position)}`
          throw new Error([`${place}: ${message}`, detail, where].filter(Boolean).join('\n'), { cause })
        })
      }
    }
    await client.query('commit')
  } finally {
    await client.end()
  }
}
