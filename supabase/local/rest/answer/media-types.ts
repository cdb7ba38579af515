import type { MediaType } from '../request/types.ts'

/** How a plan is asked for: `application/vnd.pgrst.plan+json; for="text/csv"; options=analyze|buffers`. */
export interface PlanMedia {
  format: 'json' | 'text'
  for: Media
  /** Among {@link PLAN_OPTIONS}. */
  options: readonly string[]
}

/** A media type as PostgREST tells them apart. */
export type Media =
  | { kind: 'object'; isStripped: boolean }
  | { kind: 'array'; isStripped: boolean }
  | { kind: 'plan'; plan: PlanMedia }
  /** Any other, by its name; whose parameters say nothing. */
  | { kind: 'named'; name: string }

export const PLAN_OPTIONS = ['analyze', 'verbose', 'settings', 'buffers', 'wal'] as const

const JSON_TYPE = 'application/json'
const VENDOR = 'application/vnd.pgrst.'

/** Those that are text, and say so. */
const WITH_CHARSET = new Set([
  JSON_TYPE,
  'application/geo+json',
  'text/csv',
  'text/plain',
  'text/xml',
  'application/openapi+json',
  'application/x-www-form-urlencoded',
  '*/*',
])

function read(type: string, parameters: Readonly<Record<string, string>>): Media {
  const isStripped = parameters.nulls === 'stripped'
  switch (type) {
    case `${VENDOR}object+json`:
    case `${VENDOR}object`:
      return { kind: 'object', isStripped }
    case `${VENDOR}array+json`:
    case `${VENDOR}array`:
      return isStripped ? { kind: 'array', isStripped } : { kind: 'named', name: JSON_TYPE }
    case `${VENDOR}plan`:
    case `${VENDOR}plan+text`:
    case `${VENDOR}plan+json`: {
      const [inner = JSON_TYPE, ...rest] = (parameters.for ?? JSON_TYPE).split(';')
      const asked = (parameters.options ?? '').split('|')
      return {
        kind: 'plan',
        plan: {
          format: type.endsWith('json') ? 'json' : 'text',
          for: read(inner.trim().toLowerCase(), parametersOf(rest)),
          options: PLAN_OPTIONS.filter((option) => asked.includes(option)),
        },
      }
    }
  }
  return { kind: 'named', name: type }
}

function parametersOf(parts: readonly string[]): Record<string, string> {
  const parameters: Record<string, string> = {}
  for (const part of parts) {
    const [name = '', value = ''] = part.split('=', 2)
    parameters[name.trim().toLowerCase()] = value.trim()
  }
  return parameters
}

export const mediaOf = ({ type, parameters }: MediaType): Media => read(type, parameters)

/** The name of a media type, as it stands in an answer. */
export function nameOf(media: Media): string {
  switch (media.kind) {
    case 'object':
    case 'array':
      return `${VENDOR}${media.kind}+json${media.isStripped ? ';nulls=stripped' : ''}`
    case 'plan': {
      const { format, for: inner, options } = media.plan
      const tail = options.length ? `; options=${options.join('|')}` : ''
      return `${VENDOR}plan+${format}; for="${nameOf(inner)}"${tail}`
    }
    case 'named':
      return media.name
  }
}

/** The value of Content-Type. */
export function contentTypeOf(media: Media): string {
  const name = nameOf(media)
  return media.kind !== 'named' || WITH_CHARSET.has(name) ? `${name}; charset=utf-8` : name
}
