/** A server that speaks the fetch API. */
export type Fetch = (request: Request) => Promise<Response>

/** A request whose body has been read. */
export interface Call {
  request: Request
  url: URL
  body: Record<string, unknown>
}

/** Answers a call as lite does. */
export type Pass = (call: Call) => Promise<Response>
