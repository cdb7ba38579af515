import { type ApiKeyResolver, App } from '@supabase/lite'
import { createPostgresConnection } from '@supabase/lite/postgres'
import { listen } from '../../../server/db/listen.ts'
import type { Config } from '../config.ts'
import type { Keys } from '../keys.ts'
import type { Identifier } from './identity.ts'

/** What Studio has of @supabase/lite. */
export interface Lite {
  /** Lite's own pages about the schema, for Studio. */
  system(request: Request): Promise<Response>
  close(): Promise<void>
}

const CLOSE_PATIENCE_S = 5

type RawJson = { rawJSON(text: string): unknown }

/**
 * A connection of lite. Two of its defaults would change our database or its answers:
 * - at the first request it grants ALL on every table to the API roles, which would undo the grants by
 *   column of our migrations; told that row security is active already, it leaves them alone;
 * - a numeric that a double would print otherwise (60.0, 0.10) becomes a JSON string, and times are written
 *   as Postgres does; PostgREST answers a number with its digits and ISO 8601, and so do we.
 */
function connect(url: string, extraSearchPath: string[], max: number) {
  const connection = createPostgresConnection({
    url,
    postgresOptions: {
      max,
      // Seconds; its own default grows to twenty, and a request waits for it.
      backoff: () => 0.2,
      onnotice: () => {},
      connection: { search_path: extraSearchPath.join(',') },
      types: {
        numeric: {
          to: 1700,
          from: [1700],
          serialize: String,
          parse: (text: string) =>
            Number.isFinite(Number(text)) ? (JSON as unknown as RawJson).rawJSON(text) : text,
        },
        timestamptz: {
          to: 1184,
          from: [1184],
          serialize: String,
          parse: (text: string) => text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00'),
        },
        timestamp: {
          to: 1114,
          from: [1114],
          serialize: String,
          parse: (text: string) => text.replace(' ', 'T'),
        },
      } as never,
    },
  })
  Object.assign(connection, { rlsState: 'active' })
  return connection
}

/** Builds what answers Studio, logging in as authenticator. */
export function createLite(options: {
  ownerUrl: string
  authenticatorUrl: string
  keys: Keys
  config: Config
  identifier: Identifier
}): Lite {
  const { keys, config, identifier } = options
  const resolver: ApiKeyResolver = async (key) => {
    const claims = identifier.resolveKey(key)?.claims
    return claims ? { type: claims.role === 'service_role' ? 'secret' : 'publishable', claims } : null
  }
  const server = { apiKeys: { resolver }, admin: false, disableStudio: true }
  const restConnection = connect(options.authenticatorUrl, config.api.extra_search_path, 10)

  // The schema is read from information_schema, which shows a role only what it may touch, and
  // authenticator may touch nothing: the owner of our tables reads it, on a connection of its own.
  const schemaConnection = connect(options.ownerUrl, config.api.extra_search_path, 1)
  Object.assign(restConnection, {
    introspect: () => schemaConnection.introspect({ useCache: true }),
    clearSchemaCache: () => schemaConnection.clearSchemaCache(),
  })

  const rest = new App({
    connection: restConnection,
    api: config.api,
    auth: { enabled: false, jwt_secret: keys.jwtSecret },
    options: { server },
  } as never)

  // The schema is read again whenever DDL notifies it, as PostgREST does.
  const ddl = listen(options.authenticatorUrl, 'pgrst', () => schemaConnection.clearSchemaCache())
  return {
    system: (request) => rest.fetch(request, { peerAddress: null }),
    async close() {
      await ddl.close()
      // A connection of theirs that Postgres never answers is not waited for.
      const timeout = CLOSE_PATIENCE_S
      const connections = [restConnection, schemaConnection]
      await Promise.all(connections.map(({ driver }) => driver.end({ timeout })))
    },
  }
}
