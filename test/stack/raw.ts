import { once } from 'node:events'
import { connect } from 'node:net'
import { beforeAll, inject } from 'vitest'
import { makePeople } from '../api/support.ts'

const stack = inject('stack')
const { hostname, port } = new URL(stack.supabaseUrl)
let caller: string

/** Whoever calls has an account and a company. */
export function callAsMember(): void {
  beforeAll(async () => {
    caller = (await makePeople()).ana.token
  })
}

/** One request as it stands on the wire; no client of HTTP makes anything better of it. @returns its status. */
export async function raw(method: string, target: string, more: { headers?: string[]; body?: Buffer } = {}) {
  const { headers = [], body } = more
  const socket = connect(Number(port), hostname)
  socket.on('error', () => {})
  const lines = [
    `${method} ${target} HTTP/1.1`,
    `Host: ${hostname}`,
    `apikey: ${stack.publishableKey}`,
    `Authorization: Bearer ${caller}`,
    'Connection: close',
    ...headers,
    ...(body ? [`Content-Length: ${body.length}`] : []),
  ]
  socket.write(
    Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), body ?? Buffer.alloc(0)]),
  )
  let text = ''
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1')
  })
  await once(socket, 'close')
  return { status: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0), text }
}

/** What a body of JSON adds to a request. */
export const json = (body: string | Buffer) => ({
  headers: ['Content-Type: application/json'],
  body: Buffer.from(body),
})
