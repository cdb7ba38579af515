import { connect as connectSocket } from 'node:net'

/** A keep-alive HTTP/1.1 client that costs the machine as little as it can: it shares two cores with what it measures. */
export interface HttpClient {
  /** Sends a request, whose bytes {@link request} made, on a free connection; resolves with the answer. */
  send(request: Buffer): Promise<Answer>
  close(): void
}

const HEAD_END = Buffer.from('\r\n\r\n')

/** The bytes of a request. */
export function request(
  method: string,
  path: string,
  headers: Record<string, string>,
  body: Buffer | string = '',
): Buffer {
  const content = Buffer.from(body)
  const lines = Object.entries({ host: 'bench', ...headers, 'content-length': String(content.length) })
  const head = `${method} ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`
  return Buffer.concat([Buffer.from(head), content])
}

interface Answer {
  status: number
  body: Buffer
}

interface Connection {
  send(request: Buffer): Promise<Answer>
  destroy(): void
  /** When it was last used, in ms of performance.now(). */
  usedAt: number
}

// The server closes a connection that is idle for five seconds.
const IDLE_MS = 3000

function open(host: string, port: number): Connection {
  const socket = connectSocket({ host, port, noDelay: true })
  // Joined once all of it has come: joining at each piece would cost the square of its length.
  let pieces: Buffer[] = []
  let received = 0
  /** Bytes of the answer and of its head, once that has come. */
  let expected: { head: string; total: number } | undefined
  let waiting: { resolve: (answer: Answer) => void; reject: (error: Error) => void } | undefined
  const fail = (error: Error) => {
    waiting?.reject(error)
    waiting = undefined
  }
  socket.on('error', fail)
  socket.on('close', () => fail(new Error('The server closed the connection')))
  socket.on('data', (chunk: Buffer) => {
    pieces.push(chunk)
    received += chunk.length
    if (!expected) {
      const start = Buffer.concat(pieces)
      pieces = [start]
      const end = start.indexOf(HEAD_END)
      if (end < 0) return
      const head = start.toString('latin1', 0, end)
      const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
      if (length === undefined) return fail(new Error(`An answer without Content-Length:\n${head}`))
      expected = { head, total: end + HEAD_END.length + Number(length) }
    }
    const { head, total } = expected
    if (received < total) return
    const whole = pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces)
    const answer = {
      status: Number(head.slice(9, 12)),
      body: whole.subarray(head.length + HEAD_END.length, total),
    }
    pieces = received > total ? [whole.subarray(total)] : []
    received -= total
    expected = undefined
    const asked = waiting
    waiting = undefined
    connection.usedAt = performance.now()
    asked?.resolve(answer)
  })
  const connection: Connection = {
    usedAt: performance.now(),
    destroy: () => socket.destroy(),
    send: (bytes) =>
      new Promise((resolve, reject) => {
        waiting = { resolve, reject }
        socket.write(bytes)
      }),
  }
  return connection
}

/** Opens connections that are kept, and made anew after a rest; more sends than connections wait their turn. */
export function connect(url: string, connections: number): HttpClient {
  const { hostname, port } = new URL(url)
  const make = () => open(hostname, Number(port))
  const free = Array.from({ length: connections }, make)
  const queue: ((connection: Connection) => void)[] = []
  let isClosed = false
  return {
    async send(bytes) {
      let connection = free.pop() ?? (await new Promise<Connection>((resolve) => queue.push(resolve)))
      if (performance.now() - connection.usedAt > IDLE_MS) {
        connection.destroy()
        connection = make()
      }
      try {
        return await connection.send(bytes)
      } finally {
        const next = queue.shift()
        if (next) next(connection)
        else if (isClosed) connection.destroy()
        else free.push(connection)
      }
    },
    close() {
      isClosed = true
      for (const connection of free) connection.destroy()
    },
  }
}
