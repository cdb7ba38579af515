import { validateHeaderName, validateHeaderValue } from 'node:http'

/** Whether an answer can end with it: after one of 1xx another would be waited for. */
export const isStatus = (text: string): boolean => /^[2-9]\d\d$/.test(text)

/** What says where an answer ends and how it travels is the server's to say. */
const FRAMING = /^(connection|content-length|keep-alive|te|trailer|transfer-encoding|upgrade)$/i

/** Headers that SQL says of an answer, without those that would break it. */
export const unframed = <H extends readonly [name: string, value: string]>(headers: readonly H[]): H[] =>
  headers.filter(([name]) => !FRAMING.test(name))

/** Whether HTTP can carry it: Node throws at what it cannot, when the answer has begun. */
export function isHeader(name: string, value: string): boolean {
  try {
    validateHeaderName(name)
    validateHeaderValue(name, value)
    return true
  } catch {
    return false
  }
}
