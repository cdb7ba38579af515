import type { Preferences } from './types.ts'

const CHOICES = {
  resolution: ['merge-duplicates', 'ignore-duplicates'],
  return: ['representation', 'minimal', 'headers-only'],
  count: ['exact', 'planned', 'estimated'],
  tx: ['commit', 'rollback'],
  missing: ['default', 'null'],
  handling: ['strict', 'lenient'],
} as const

const KNOWN = new Set(
  Object.entries(CHOICES).flatMap(([name, values]) => values.map((value) => `${name}=${value}`)),
)

/**
 * What `Prefer` says; of a preference said twice the first counts. The time zone is not looked up: who knows their
 * names tells whether it is one.
 */
export function readPreferences(header: string | undefined): Preferences {
  const said = header === undefined ? [] : header.split(',').map((text) => text.trim())
  const given = (name: string) => said.find((text) => text.startsWith(`${name}=`))?.slice(name.length + 1)
  const choice = <N extends keyof typeof CHOICES>(name: N) =>
    (said.find((text) => KNOWN.has(text) && text.startsWith(`${name}=`))?.slice(name.length + 1) ?? null) as
      | (typeof CHOICES)[N][number]
      | null
  const affected = given('max-affected')
  return {
    return: choice('return'),
    resolution: choice('resolution'),
    count: choice('count'),
    missing: choice('missing'),
    handling: choice('handling'),
    tx: choice('tx'),
    timezone: given('timezone') ?? null,
    maxAffected: affected !== undefined && /^-?\d+$/.test(affected) ? Number(affected) : null,
    unknown: said.filter((text) => !KNOWN.has(text) && !/^(timezone|max-affected)=/.test(text)),
  }
}
