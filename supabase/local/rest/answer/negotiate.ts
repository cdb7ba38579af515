import type { MediaHandler } from '../cache/types.ts'
import { RestError } from '../error.ts'
import type { MediaType, SelectItem } from '../request/types.ts'
import type { Body } from '../sql/types.ts'
import { type Media, mediaOf, nameOf, type PlanMedia } from './media-types.ts'

/** What was agreed upon: what SQL makes of the rows, and what the answer says that it is. */
export interface Negotiated {
  media: Media
  body: Body
  plan: PlanMedia | null
}

/** Among what is chosen. */
export interface Offer {
  handlers: readonly MediaHandler[]
  /** `schema.name` of the table whose rows are answered, or of the function where it is none. */
  of: string
  /** Whether whole rows are asked for: only those have a handler of their own. */
  isWhole: boolean
  hasPlans: boolean
}

const BUILT_IN: Record<string, { body: Body; name: string }> = {
  '*/*': { body: { kind: 'array', isStripped: false }, name: 'application/json' },
  'application/json': { body: { kind: 'array', isStripped: false }, name: 'application/json' },
  'text/csv': { body: { kind: 'csv' }, name: 'text/csv' },
  'application/geo+json': { body: { kind: 'geojson' }, name: 'application/geo+json' },
}

/** Whether a select is every column and nothing else. */
export function isWholeRow(select: readonly SelectItem[]): boolean {
  const [item, ...others] = select
  if (item === undefined) return true
  return others.length === 0 && item.kind === 'field' && item.field.name === '*'
}

function named(name: string, { handlers, of, isWhole }: Offer): Omit<Negotiated, 'plan'> | null {
  const find = (rows: string, type: string) =>
    handlers.find((handler) => handler.of === rows && handler.mediaType === type)
  const handler = (isWhole && (find(of, '*/*') ?? find(of, name))) || find('*', name)
  if (handler)
    return { media: { kind: 'named', name: handler.contentType }, body: { kind: 'custom', handler } }
  const builtIn = BUILT_IN[name]
  return builtIn ? { media: { kind: 'named', name: builtIn.name }, body: builtIn.body } : null
}

function match(media: Media, offer: Offer): Negotiated | null {
  if (media.kind === 'object' || media.kind === 'array')
    return { media, body: { kind: media.kind, isStripped: media.isStripped }, plan: null }
  if (media.kind === 'named') {
    const found = named(media.name, offer)
    return found && { ...found, plan: null }
  }
  const inner = offer.hasPlans && media.plan.for.kind !== 'plan' ? match(media.plan.for, offer) : null
  return inner && { ...inner, media, plan: media.plan }
}

/**
 * The first of what a client accepts that there is.
 * @throws RestError PGRST107
 */
export function negotiate(accept: readonly MediaType[], offer: Offer): Negotiated {
  const asked = accept.map(mediaOf)
  for (const media of asked) {
    const found = match(media, offer)
    if (found) return found
  }
  const names = asked.map(nameOf).join(', ')
  throw new RestError(406, 'PGRST107', `None of these media types are available: ${names}`)
}
