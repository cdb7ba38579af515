/** What a request is refused with, as PostgREST says it: a code (`PGRST…` or a SQLSTATE), and its HTTP status. */
export class RestError extends Error {
  override name = 'RestError'
  status: number
  code: string
  details: unknown
  hint: string | null
  headers: Record<string, string>
  constructor(
    status: number,
    code: string,
    message: string,
    more: { details?: unknown; hint?: string | null; headers?: Record<string, string> } = {},
  ) {
    super(message)
    this.status = status
    this.code = code
    this.details = more.details ?? null
    this.hint = more.hint ?? null
    this.headers = more.headers ?? {}
  }
}
