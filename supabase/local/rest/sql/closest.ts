// What a client may have meant, for the hints of errors: as PostgREST finds it, by shared pieces of two and three
// letters first and by the distance of edits among those.

const LENGTHS = [3, 2]
const KEPT = 50
/** Nothing has so long a name: what a client sends must not cost. */
const LONGEST = 500
/** PostgREST's, for names of tables and functions; parameters are told more freely. */
export const NAME_SCORE = 0.75
export const LOOSE_SCORE = 0.33

/** The candidate that is most like a name, or null where none reaches the score (0 to 1). */
export function closest(name: string, candidates: Iterable<string>, minimum: number): string | null {
  return ranked(name, candidates, minimum)[0]?.candidate ?? null
}

/** Those that reach the score, the most alike first. */
export function ranked(name: string, candidates: Iterable<string>, minimum: number) {
  if (name.length > LONGEST) return []
  const known = [...new Set(candidates)].map((candidate) => ({ candidate, lower: candidate.toLowerCase() }))
  const wanted = name.toLowerCase()
  const same = known.find(({ lower }) => lower === wanted)
  if (same) return [{ candidate: same.candidate, score: 1 }]
  for (const length of LENGTHS) {
    const pieces = piecesOf(wanted, length)
    const found = known
      .map(({ candidate, lower }) => ({ candidate, lower, score: cosine(pieces, piecesOf(lower, length)) }))
      .filter(({ score }) => score > 0)
      .sort((a, b) => b.score - a.score)
      .slice(0, KEPT)
      .map(({ candidate, lower }) => ({ candidate, score: likeness(wanted, lower) }))
      .filter(({ score }) => score >= minimum)
      .sort((a, b) => b.score - a.score)
    if (found.length > 0) return found
  }
  return []
}

function piecesOf(text: string, length: number): Map<string, number> {
  const padded = `-${text.replace(/[^\p{L}\p{N}_, ]/gu, '')}-`.padEnd(length, '-')
  const pieces = new Map<string, number>()
  for (let i = 0; i + length <= padded.length; i++) {
    const piece = padded.slice(i, i + length)
    pieces.set(piece, (pieces.get(piece) ?? 0) + 1)
  }
  return pieces
}

const sizeOf = (pieces: Map<string, number>) => Math.hypot(...pieces.values())

function cosine(a: Map<string, number>, b: Map<string, number>): number {
  let product = 0
  for (const [piece, count] of a) product += count * (b.get(piece) ?? 0)
  return product === 0 ? 0 : product / (sizeOf(a) * sizeOf(b))
}

/** 1 of equal texts, 0 of those that share nothing: one less the edits, by the longer. */
function likeness(a: string, b: string): number {
  const longer = Math.max(a.length, b.length)
  return longer === 0 ? 1 : 1 - edits(a, b) / longer
}

function edits(a: string, b: string): number {
  let before = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = before[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      row.push(Math.min(change, before[j]! + 1, row[j - 1]! + 1))
    }
    before = row
  }
  return before[b.length]!
}
