import pg from 'pg'
import { inject } from 'vitest'

/** Works on a connection of its own, which ends with the work. */
export async function connected<T>(
  connectionString: string,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({ connectionString })
  // A server that dies under it fails the query, not the whole process.
  client.on('error', () => {})
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/** Runs SQL on a connection of its own. @returns its rows. */
export const query = <Row extends pg.QueryResultRow = pg.QueryResultRow>(
  connectionString: string,
  text: string,
  values: unknown[] = [],
): Promise<Row[]> =>
  connected(connectionString, async (client) => (await client.query<Row>(text, values)).rows)

/** Runs SQL on the stack of the run, as the owner of our schema. */
export const sql = <Row extends pg.QueryResultRow = pg.QueryResultRow>(text: string, values?: unknown[]) =>
  query<Row>(inject('stack').databaseUrl, text, values)
