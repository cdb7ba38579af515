import type { MediaType } from './types.ts'

const KNOWN = new Set([
  ...['application/json', 'application/geo+json', 'application/openapi+json', 'application/octet-stream'],
  ...['application/x-www-form-urlencoded', 'text/csv', 'text/plain', 'text/xml', '*/*'],
])
const PLAN = 'application/vnd.pgrst.plan'

const TYPE = /^([\p{L}\p{N}.*]+\/[\p{L}\p{N}.*+-]+)/u
const PARAMETER = /\s*;\s*([\p{L}\p{N}-]+)\s*=\s*(?:"([^"]*)"|([\p{L}\p{N}|-]+))/uy

function parametersOf(text: string, from: number): Record<string, string> {
  const found: [string, string][] = []
  PARAMETER.lastIndex = from
  for (let match = PARAMETER.exec(text); match; match = PARAMETER.exec(text)) {
    found.push([match[1]!.toLowerCase(), match[2] ?? match[3] ?? ''])
  }
  return Object.fromEntries(found)
}

/**
 * A media type in the one spelling that the rest knows: of what REST makes and reads in lower case with the parameters
 * that count, of anything else as it was written.
 */
export function readMediaType(text: string): MediaType {
  const written = TYPE.exec(text)?.[1]
  if (written === undefined) return { type: text, parameters: {} }
  const type = written.toLowerCase()
  if (KNOWN.has(type)) return { type, parameters: {} }
  const parameters = parametersOf(text, written.length)
  const stripped: Record<string, string> = parameters.nulls === 'stripped' ? { nulls: 'stripped' } : {}
  switch (type.replace(/\+json$/, '')) {
    case 'application/vnd.pgrst.object':
      return { type: 'application/vnd.pgrst.object+json', parameters: stripped }
    case 'application/vnd.pgrst.array':
      if (!stripped.nulls) return { type: 'application/json', parameters: {} }
      return { type: 'application/vnd.pgrst.array+json', parameters: stripped }
  }
  if (type !== PLAN && type !== `${PLAN}+json` && type !== `${PLAN}+text`)
    return { type: text, parameters: {} }
  const { for: of = 'application/json', options = '' } = parameters
  return { type: type === PLAN ? `${PLAN}+text` : type, parameters: { for: of, options } }
}

/** What `Accept` takes, best first: by its q, then the more special one, then the first. */
export function readAccept(header: string | undefined): MediaType[] {
  if (header === undefined) return [{ type: '*/*', parameters: {} }]
  const count = (text: string, of: string) => text.split(of).length - 1
  return header
    .split(',')
    .map((part) => {
      const text = part.replaceAll(' ', '')
      const at = text.indexOf(';q=')
      const type = at < 0 ? text : text.slice(0, at)
      const said = at < 0 ? undefined : /^\d+(\.\d+)?(e-?\d+)?/.exec(text.slice(at + 3))?.[0]
      return { type, q: said === undefined ? 1 : Number(said), rank: count(type, ';') - count(type, '*') }
    })
    .sort((a, b) => b.q - a.q || b.rank - a.rank)
    .map(({ type }) => readMediaType(type))
}
