import pg from 'pg'
import { databaseUrl } from '../../supabase/local/postgres/bootstrap.ts'
import { withTemporaryCluster } from '../../supabase/local/postgres/temporary.ts'
import { readSchemaCache } from '../../supabase/local/rest/cache/read.ts'
import type { SchemaCache } from '../../supabase/local/rest/cache/types.ts'
import { readRequest } from '../../supabase/local/rest/request/read.ts'
import { readStatement } from '../../supabase/local/rest/sql/read.ts'
import type { Body, SqlOptions } from '../../supabase/local/rest/sql/types.ts'

export const OPTIONS: SqlOptions = { aggregates: true, maxRows: 1000 }
export const ARRAY: Body = { kind: 'array', isStripped: false }

/** Every value as the text that Postgres made, as the server's connections have them. */
const AS_TEXT = { getTypeParser: () => (text: string | Buffer) => String(text) }

export const requestOf = (url: string, headers: Record<string, string> = {}) =>
  readRequest({ method: 'GET', url, headers, body: null }, { schemas: ['public'] })

export interface Reads {
  client: pg.Client
  cache: SchemaCache
  /** The row that a GET's statement answers. */
  rowOf: (
    url: string,
    headers?: Record<string, string>,
    options?: SqlOptions,
  ) => Promise<Record<string, string>>
  /** Its body, parsed. */
  read: (url: string) => Promise<unknown>
  close: () => Promise<void>
}

/** A Postgres of its own with a schema, and what REST would read of it as its owner: statements, without the server. */
export async function openReads(schema: string): Promise<Reads> {
  let end = () => {}
  let ended: Promise<void> = Promise.resolve()
  return new Promise((ready, fail) => {
    ended = withTemporaryCluster(async (db) => {
      const connectionString = databaseUrl(db, 'postgres')
      const owner = new pg.Client({ connectionString })
      const client = new pg.Client({ connectionString, types: AS_TEXT })
      await Promise.all([owner.connect(), client.connect()])
      await owner.query(schema)
      const cache = await readSchemaCache(owner, { schemas: ['public'], searchPath: ['extensions'] })
      const rowOf: Reads['rowOf'] = async (url, headers = {}, options = OPTIONS) => {
        const { text, values } = readStatement(requestOf(url, headers), cache, options, ARRAY)
        return (await client.query(text, values)).rows[0]
      }
      const closed = new Promise<void>((resolve) => {
        end = resolve
      })
      ready({
        client,
        cache,
        rowOf,
        read: async (url) => JSON.parse((await rowOf(url)).body ?? ''),
        close: () => {
          end()
          return ended
        },
      })
      await closed
      await Promise.all([owner.end(), client.end()])
    })
    ended.catch(fail)
  })
}
