import { RestError } from '../error.ts'
import { isHeader, isStatus, unframed } from './header.ts'

/** An answer that SQL has written itself: `raise sqlstate 'PGRST' using message = …, detail = …`. */
export interface Raised {
  error: RestError
  statusText: string | undefined
}

interface Message {
  code: string
  message: string
  details?: string | null
  hint?: string | null
}

interface Detail {
  status: number
  status_text?: string | null
  headers: Record<string, string>
}

function parse(text: string): Record<string, unknown> | null {
  try {
    const value = JSON.parse(text)
    return value !== null && typeof value === 'object' && !Array.isArray(value) ? value : null
  } catch {
    return null
  }
}

const isText = (value: unknown) => typeof value === 'string'
const isTextOrNone = (value: unknown) => value === undefined || value === null || isText(value)

function readMessage(text: string): Message | null {
  const { code, message, details, hint } = parse(text) ?? {}
  const isRight = isText(code) && isText(message) && isTextOrNone(details) && isTextOrNone(hint)
  return isRight ? ({ code, message, details, hint } as Message) : null
}

function readDetail(text: string): Detail | null {
  const { status, status_text, headers } = parse(text) ?? {}
  if (typeof status !== 'number' || !isStatus(String(status))) return null
  if (!isTextOrNone(status_text) || headers === null || typeof headers !== 'object') return null
  const detail = { status, status_text, headers } as Detail
  const isRight = Object.entries(detail.headers).every(
    ([name, value]) => isText(value) && isHeader(name, value),
  )
  // A reason is of the same characters.
  return isRight && isHeader('reason', detail.status_text ?? '') ? detail : null
}

const wrong = (details: string, hint: string) =>
  new RestError(500, 'PGRST121', `Could not parse JSON in the "RAISE SQLSTATE 'PGRST'" error`, {
    details,
    hint,
  })

const MESSAGE_HINT =
  "MESSAGE must be a JSON object with obligatory keys: 'code', 'message' and optional keys: 'details', 'hint'."
const DETAIL_HINT =
  "DETAIL must be a JSON object with obligatory keys: 'status', 'headers' and optional key: 'status_text'."

/** Reads an error whose SQLSTATE is PGRST. */
export function readRaised(message: string, detail: string | undefined): Raised {
  const said = readMessage(message)
  if (!said)
    return {
      error: wrong(`Invalid JSON value for MESSAGE: '${message}'`, MESSAGE_HINT),
      statusText: undefined,
    }
  if (detail === undefined)
    return { error: wrong('DETAIL is missing in the RAISE statement', DETAIL_HINT), statusText: undefined }
  const how = readDetail(detail)
  if (!how)
    return { error: wrong(`Invalid JSON value for DETAIL: '${detail}'`, DETAIL_HINT), statusText: undefined }
  const { code, message: text, details = null, hint = null } = said
  const headers = Object.fromEntries(unframed(Object.entries(how.headers)))
  return {
    error: new RestError(how.status, code, text, { details, hint, headers }),
    statusText: how.status_text ?? undefined,
  }
}
