import { validateHeaderName, validateHeaderValue } from 'node:http'

/** Whether an answer can end with it: after one of 1xx another would be waited for. */
export const isStatus = (text: string): boolean => /^[2-9]\d\d$/.test(text)

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
