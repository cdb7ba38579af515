const AT_MOST = 1000

/** A client's own words in an error: a key of 50 MiB does not come back whole. */
export function shown(words: string): string {
  return words.length <= AT_MOST ? words : `${words.slice(0, AT_MOST)}…`
}
