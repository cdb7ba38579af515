import { problem } from './problem.ts'

/** What a page needs to go on after another: the id of its last row, in the order it was read. */
export const cursorAfter = (order: string, id: string) => Buffer.from(`${order}:${id}`).toString('base64url')

const NUMBER = /^[1-9]\d{0,17}$/
/** The id of a user. */
export const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/**
 * The id after which a page goes on; null for the first page.
 * @param shape of the ids of that list.
 * @throws Problem 400 `cursor_invalido` for a cursor of another order or not of ours.
 */
export function idAfter(order: string, cursor: string | undefined, shape = NUMBER): string | null {
  if (cursor === undefined) return null
  const id = Buffer.from(cursor, 'base64url').toString().split(':')[1] ?? ''
  if (!shape.test(id) || cursorAfter(order, id) !== cursor) throw problem('cursor_invalido')
  return id
}

/** A row of a page query. */
export interface PageRow {
  /** JSON array. */
  cuerpo: string
  ultimo: string
  hay_mas: boolean
}

/** The JSON of a page: its rows under `name`, and the cursor of the next one or null. */
export function pageJson(name: string, order: string, { cuerpo, ultimo, hay_mas }: PageRow): string {
  const next = hay_mas ? JSON.stringify(cursorAfter(order, ultimo)) : 'null'
  return `{"${name}":${cuerpo},"siguiente":${next}}`
}
