/** What a request is answered with. */
export interface RestAnswer {
  status: number
  /** What SQL calls the status, where it has named it. */
  statusText?: string
  /** A name may come twice, as Set-Cookie does. */
  headers: (readonly [name: string, value: string])[]
  body: string | Buffer
}
