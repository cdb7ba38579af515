import type { Context } from '../../../server/db/caller-query.ts'
import type { Claims, Query } from '../../../server/db/types.ts'
import type { RestRequest } from './request/types.ts'
import { arrayText, identifier } from './sql/quote.ts'

/**
 * Says of one transaction what PostgREST says of it. $1 and $2 are names and values of further settings, which are made
 * before the role is: some may be set by authenticator alone.
 */
const QUERY: Query = {
  name: 'rest_context',
  text: `select (select count(set_config(s.name, s.value, true)) from unnest($1::text[], $2::text[]) as s (name, value)),
    set_config('search_path', $3, true), set_config('role', $4, true), set_config('request.jwt.claims', $5, true),
    set_config('request.method', $6, true), set_config('request.path', $7, true),
    set_config('request.headers', $8, true), set_config('request.cookies', $9, true)`,
}

/** In which nothing may be done, for a connection that has just been made. */
export const NOBODY: Context = {
  query: QUERY,
  values: ['{}', '{}', '', 'none', '{}', '', '', '{}', '{}'],
}

const claimsTexts = new WeakMap<Claims, string>()

function textOf(claims: Claims): string {
  const known = claimsTexts.get(claims)
  if (known !== undefined) return known
  const text = JSON.stringify(claims)
  claimsTexts.set(claims, text)
  return text
}

/** A setting of Postgres and its value. */
export type Setting = readonly [name: string, value: string]

/** What a request runs in. */
export function contextOf(
  claims: Claims,
  request: Pick<RestRequest, 'schema' | 'method' | 'path' | 'headers' | 'cookies'>,
  { extraSearchPath, settings }: { extraSearchPath: readonly string[]; settings: readonly Setting[] },
): Context {
  return {
    query: QUERY,
    values: [
      arrayText(settings.map(([name]) => name)),
      arrayText(settings.map(([, value]) => value)),
      [request.schema, ...extraSearchPath].map(identifier).join(', '),
      claims.role,
      textOf(claims),
      request.method,
      request.path,
      JSON.stringify(request.headers),
      JSON.stringify(request.cookies),
    ],
  }
}
