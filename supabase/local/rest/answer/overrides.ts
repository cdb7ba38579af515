import { RestError } from '../error.ts'
import type { Outcome } from '../sql/types.ts'
import type { RestAnswer } from './answer.ts'
import { isHeader, isStatus, unframed } from './header.ts'

type Header = readonly [name: string, value: string]

function readHeaders(text: string): Header[] | null {
  let list: unknown
  try {
    list = JSON.parse(text)
  } catch {
    return null
  }
  if (!Array.isArray(list)) return null
  const headers = list.map((one) => Object.entries(Object(one) as Record<string, string>))
  const isRight = headers.every(
    ([header, ...others]) =>
      header && others.length === 0 && typeof header[1] === 'string' && isHeader(...header),
  )
  return isRight ? unframed(headers.map(([header]) => header!)) : null
}

/**
 * An answer with what SQL has said of it in `response.status` and `response.headers`.
 * @throws RestError PGRST111, PGRST112
 */
export function withOverrides(
  answer: RestAnswer,
  { response_headers, response_status }: Pick<Outcome, 'response_headers' | 'response_status'>,
): RestAnswer {
  if (response_headers === null && response_status === null) return answer
  const headers = response_headers === null ? [] : readHeaders(String(response_headers))
  if (!headers)
    throw new RestError(
      500,
      'PGRST111',
      'response.headers guc must be a JSON array composed of objects with a single key and a string value',
    )
  if (response_status !== null && !isStatus(response_status))
    throw new RestError(500, 'PGRST112', 'response.status guc must be a valid status code')
  const names = new Set(headers.map(([name]) => name.toLowerCase()))
  return {
    ...answer,
    status: response_status === null ? answer.status : Number(response_status),
    headers: [...answer.headers.filter(([name]) => !names.has(name.toLowerCase())), ...headers],
  }
}
