import { RestError } from '../error.ts'
import type { Outcome } from '../sql/types.ts'

/** `0-9/25`, `*` for no rows or an unknown number of them. */
export function contentRange(lower: number, upper: number, total: string | null): string {
  const rows = total !== '0' && lower <= upper ? `${lower}-${upper}` : '*'
  return `${rows}/${total ?? '*'}`
}

/**
 * The status of a page and its Content-Range.
 * @throws RestError PGRST103 for one beyond the end, where the rows are counted.
 */
export function pageOf(
  offset: number,
  { page_total, total }: Pick<Outcome, 'page_total' | 'total'>,
): { status: number; range: string } {
  const rows = Number(page_total)
  const range = contentRange(offset, offset + rows - 1, total)
  if (total === null) return { status: 200, range }
  if (offset > Number(total))
    throw new RestError(416, 'PGRST103', 'Requested range not satisfiable', {
      details: `An offset of ${offset} was requested, but there are only ${total} rows.`,
      headers: { 'Content-Range': range },
    })
  return { status: rows < Number(total) ? 206 : 200, range }
}
