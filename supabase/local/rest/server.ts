import type { Claims } from '../../../server/db/types.ts'
import type { RestAnswer } from './answer/answer.ts'
import { answerError } from './answer/errors.ts'
import { allowOfRoot, allowOfRoutine, allowOfTable } from './answer/options.ts'
import { admit } from './answer/preferences.ts'
import { openSchemaCache } from './cache/open.ts'
import type { SchemaCache } from './cache/types.ts'
import { openDatabaseSettings } from './database-settings.ts'
import { openExecutor } from './execute.ts'
import { callRoutine } from './handle/call.ts'
import { readTable } from './handle/read.ts'
import { describeRoot } from './handle/root.ts'
import type { Work } from './handle/work.ts'
import { writeTable } from './handle/write.ts'
import { type RestOptions, withDefaults } from './options.ts'
import { type RawRequest, readRequest } from './request/read.ts'
import type { RestRequest } from './request/types.ts'
import { findRoutine } from './sql/routine.ts'
import { findTable } from './sql/tables.ts'

/** Whoever asks, verified. */
export interface RestCaller {
  claims: Claims
  /** Whose share of the connections it takes; the user's where nobody is named. */
  who?: string | undefined
}

export interface Rest {
  /** Answers a request; never throws. */
  handle(caller: RestCaller, request: RawRequest): Promise<RestAnswer>
  /** Reads the schema again, and waits for it. */
  reload(): Promise<void>
  close(): Promise<void>
}

function allowOf(request: RestRequest, cache: SchemaCache): RestAnswer {
  const { target, schema } = request
  if (target.kind === 'root') return allowOfRoot()
  if (target.kind === 'rpc') return allowOfRoutine(findRoutine(request, cache))
  return allowOfTable(findTable(cache, { schema, name: target.name }))
}

function answer(work: Work): Promise<RestAnswer> {
  const { target, method } = work.request
  if (target.kind === 'root') return describeRoot(work)
  if (target.kind === 'rpc') return callRoutine(work)
  return method === 'GET' || method === 'HEAD' ? readTable(work) : writeTable(work)
}

/** PostgREST's interface over a database of ours: each request one SQL statement, as its caller. */
export function createRest(options: RestOptions): Rest {
  const settings = withDefaults(options)
  const { authenticatorUrl, ownerUrl, schemas, extraSearchPath, txEnd, anonRole } = settings
  const cache = openSchemaCache({ url: ownerUrl, schemas, searchPath: extraSearchPath })
  const database = openDatabaseSettings(authenticatorUrl)
  const executor = openExecutor({ ...settings, url: authenticatorUrl })

  async function handle({ claims, who = claims.sub }: RestCaller, raw: RawRequest): Promise<RestAnswer> {
    try {
      const read = await cache.settled()
      const asked = readRequest(raw, settings)
      const preferences = admit(asked.preferences, { timezones: read.timezones, txEnd })
      const request = { ...asked, preferences }
      if (request.method === 'OPTIONS') return allowOf(request, read)
      const { roleOf, config } = await database.read()
      const role = roleOf(claims.role)
      const work = { request, raw, cache: read, executor, claims, who, role }
      return await answer({ ...work, settings: { ...settings, ...config } })
    } catch (error) {
      const isAnonymous = claims.role === anonRole
      return answerError(error, { isAnonymous, isFull: settings.isFull() })
    }
  }

  return {
    handle,
    reload: () => cache.reload(),
    async close() {
      await Promise.all([cache.close(), database.close(), executor.close()])
    },
  }
}
