import { LargeText } from '../../../../server/db/large-rows.ts'
import type { Routine, Table } from '../cache/types.ts'
import type { RestRequest } from '../request/types.ts'
import type { Outcome } from '../sql/types.ts'
import type { RestAnswer } from './answer.ts'
import { contentTypeOf, type Media } from './media-types.ts'
import { withOverrides } from './overrides.ts'
import { appliedPreferences } from './preferences.ts'
import { contentRange, pageOf } from './ranges.ts'

type Header = readonly [name: string, value: string]

const targetName = ({ target }: RestRequest) => (target.kind === 'root' ? '' : target.name)

/** Says what a body is, and of which schema where one was asked for. */
export function bodyHeaders(request: RestRequest, media: Media): Header[] {
  const profile: Header[] = request.isProfiled ? [['Content-Profile', request.schema]] : []
  return [['Content-Type', contentTypeOf(media)], ...profile]
}

function appliedHeader(request: RestRequest, hasConflict = false): Header[] {
  const applied = appliedPreferences(request, hasConflict)
  return applied === null ? [] : [['Preference-Applied', applied]]
}

/** The query of a request, its parameters in order: the same for all that ask the same. */
function canonicalQuery(query: string): string {
  const encode = (text: string) =>
    encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
  const pairs = [...new URLSearchParams(query)]
  pairs.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  return pairs.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&')
}

/** As long as a header of it may be: a client that reads at most 16 KiB of headers must not lose the answer to it. */
const LONGEST_LOCATION = 4096

/** Where the answer stands, by its one name. */
function contentLocation(request: RestRequest, query: string): Header[] {
  const canonical = canonicalQuery(query)
  const location = `/${encodeURI(targetName(request))}${canonical && `?${canonical}`}`
  return location.length > LONGEST_LOCATION ? [] : [['Content-Location', location]]
}

/** The number of rows that a request leaves out. */
const offsetOf = ({ query, range }: RestRequest) =>
  query.ranges.find(({ path }) => path.length === 0)?.offset ?? range.offset

const bodyText = ({ body }: Outcome): RestAnswer['body'] =>
  Buffer.isBuffer(body) || body instanceof LargeText ? body : String(body ?? '')

/**
 * The answer of a GET or a HEAD of a table.
 * @param query what stands behind the `?`, as it came.
 */
export function answerRead(request: RestRequest, media: Media, outcome: Outcome, query: string): RestAnswer {
  const { status, range } = pageOf(offsetOf(request), outcome)
  const headers: Header[] = [
    ['Content-Range', range],
    ...contentLocation(request, query),
    ...bodyHeaders(request, media),
    ...appliedHeader(request),
  ]
  return withOverrides({ status, headers, body: request.method === 'HEAD' ? '' : bodyText(outcome) }, outcome)
}

function locationOf(request: RestRequest, { location }: Outcome): Header[] {
  if (!location?.length) return []
  const query = location.map((key) => {
    const at = key.indexOf('=')
    return `${encodeURIComponent(key.slice(0, at))}=${encodeURIComponent(key.slice(at + 1))}`
  })
  return [['Location', `/${encodeURI(targetName(request))}?${query.join('&')}`]]
}

/** What a write is answered with where its rows are. */
function writtenStatus(request: RestRequest, { inserted }: Outcome, hasConflict: boolean): number {
  const isNew = Number(inserted ?? 0) > 0
  if (request.method === 'PUT') return isNew ? 201 : 200
  if (request.method !== 'POST') return 200
  return isNew || !hasConflict || request.preferences.resolution !== 'merge-duplicates' ? 201 : 200
}

/** The answer of an insert, an upsert, an update or a delete. */
export function answerWrite(request: RestRequest, media: Media, outcome: Outcome, table: Table): RestAnswer {
  const { method, preferences, query } = request
  const total = preferences.count ? outcome.page_total : null
  const isWhole = preferences.return === 'representation'
  const lastOf = (rows: string) => Number(rows) - 1
  const ranges: Record<string, string> = {
    POST: contentRange(1, 0, total),
    PATCH: contentRange(0, lastOf(outcome.page_total), total),
    DELETE: contentRange(1, 0, total),
  }
  const range = ranges[method]
  const hasConflict = table.primaryKey.length > 0 || query.onConflict !== null
  const status = writtenStatus(request, outcome, hasConflict)
  return withOverrides(
    {
      status: isWhole || method === 'POST' ? status : 204,
      headers: [
        ...(method === 'POST' ? locationOf(request, outcome) : []),
        ...(range === undefined ? [] : [['Content-Range', range] as const]),
        ...(isWhole ? bodyHeaders(request, media) : []),
        ...appliedHeader(request, hasConflict),
      ],
      body: isWhole ? bodyText(outcome) : '',
    },
    outcome,
  )
}

/** The answer of a function. */
export function answerCall(
  request: RestRequest,
  media: Media,
  outcome: Outcome,
  routine: Routine,
): RestAnswer {
  const { status, range } = pageOf(offsetOf(request), outcome)
  const isVoid = routine.returns.isVoid
  return withOverrides(
    {
      status: isVoid ? 204 : status,
      headers: [
        ['Content-Range', range],
        ...(isVoid ? [] : bodyHeaders(request, media)),
        ...appliedHeader(request),
      ],
      body: isVoid || request.method === 'HEAD' ? '' : bodyText(outcome),
    },
    outcome,
  )
}
