import { connect as connectSocket, type Socket } from 'node:net'

/** A keep-alive HTTP/1.1 client that costs the machine as little as it can: it shares two cores with what it measures. */
export interface HttpClient {
  /** Sends a request, whose bytes {@link request} made, on a free connection; resolves with the answer. */
  send(request: Buffer): Promise<{ status: number; body: Buffer }>
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

interface Connection {
  send(request: Buffer): Promise<{ status: number; body: Buffer }>
  socket: Socket
}

function open(host: string, port: number): Connection {
  const socket = connectSocket({ host, port, noDelay: true })
  let received = Buffer.alloc(0)
  let waiting: {
    resolve: (answer: { status: number; body: Buffer }) => void
    reject: (error: Error) => void
  } | null
  waiting = null
  const fail = (error: Error) => {
    waiting?.reject(error)
    waiting = null
  }
  socket.on('error', fail)
  socket.on('close', () => fail(new Error('The server closed the connection')))
  socket.on('data', (chunk) => {
    received = received.length ? Buffer.concat([received, chunk]) : chunk
    const end = received.indexOf(HEAD_END)
    if (end < 0) return
    const head = received.latin1Slice(0, end)
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
    if (length === undefined) return fail(new Error(`An answer without Content-Length:\n${head}`))
    const total = end + 4 + Number(length)
    if (received.length < total) return
    const answer = { status: Number(head.slice(9, 12)), body: received.subarray(end + 4, total) }
    received = received.subarray(total)
    const { resolve } = waiting!
    waiting = null
    resolve(answer)
  })
  return {
    socket,
    send: (bytes) =>
      new Promise((resolve, reject) => {
        waiting = { resolve, reject }
        socket.write(bytes)
      }),
  }
}

/** Opens connections that are kept for the whole measurement; more sends than connections wait their turn. */
export function connect(url: string, connections: number): HttpClient {
  const { hostname, port } = new URL(url)
  const all = Array.from({ length: connections }, () => open(hostname, Number(port)))
  const free = [...all]
  const queue: ((connection: Connection) => void)[] = []
  return {
    async send(bytes) {
      const connection = free.pop() ?? (await new Promise<Connection>((resolve) => queue.push(resolve)))
      try {
        return await connection.send(bytes)
      } finally {
        const next = queue.shift()
        if (next) next(connection)
        else free.push(connection)
      }
    },
    close() {
      for (const { socket } of all) {
        socket.removeAllListeners('close')
        socket.destroy()
      }
    },
  }
}
