/** What retention needs to know of a backup. */
export interface Kept {
  /** `2026-11-26`, or `2026-11-26-2` for the second of a day. */
  name: string
  /** False when a proof found that it does not restore. */
  isGood: boolean
  /** True when a proof restored it. */
  isProven: boolean
}

/**
 * How many of the last days, weeks and months keep a backup: the newest good one of each, and of a day besides the
 * newest that was proven, which one made by hand afterwards does not replace.
 */
export const RULE = { days: 7, weeks: 4, months: 12 }

/** Monday of the week of a day, both as 2026-11-26. */
function weekOf(day: string): string {
  const date = new Date(`${day}T00:00:00Z`)
  date.setUTCDate(date.getUTCDate() - ((date.getUTCDay() + 6) % 7))
  return date.toISOString().slice(0, 10)
}

/**
 * Names of the backups to remove. Days, weeks and months are counted where there are backups: after a month without
 * any, the old ones are still there. One that does not restore takes nobody's place and goes when a newer one is good.
 * @param backups newest first.
 */
export function expired(backups: Kept[], rule = RULE): string[] {
  const good = backups.filter(({ isGood }) => isGood)
  const kept = new Set<string>()
  const keepOnePer = (periodOf: (day: string) => string, count: number) => {
    const newest = new Map<string, string>()
    for (const { name } of good) {
      const period = periodOf(name.slice(0, 10))
      if (!newest.has(period)) newest.set(period, name)
    }
    const periods = [...newest.keys()].slice(0, count)
    for (const period of periods) kept.add(newest.get(period)!)
    return periods
  }
  for (const day of keepOnePer((day) => day, rule.days)) {
    const proven = good.find(({ name, isProven }) => isProven && name.startsWith(day))
    if (proven) kept.add(proven.name)
  }
  keepOnePer(weekOf, rule.weeks)
  keepOnePer((day) => day.slice(0, 7), rule.months)
  const newestGood = backups.findIndex(({ isGood }) => isGood)
  return backups
    .filter(({ name, isGood }, index) => (isGood ? !kept.has(name) : newestGood !== -1 && index > newestGood))
    .map(({ name }) => name)
}
