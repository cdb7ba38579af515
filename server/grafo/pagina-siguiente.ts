import { getQuery, type H3Event, setResponseHeader } from 'h3'
import { cursorAfter, type PageRow } from '../http/cursor.ts'

/** Where the next page of a list is, of an answer that has no room for the cursor. */
export function enlazarSiguiente(event: H3Event, lista: string, { hay_mas, ultimo }: PageRow): void {
  if (!hay_mas) return
  const siguiente = new URLSearchParams(getQuery<Record<string, string>>(event))
  siguiente.set('cursor', cursorAfter(lista, ultimo))
  setResponseHeader(event, 'link', `<?${siguiente}>; rel="next"`)
}
