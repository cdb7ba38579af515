import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import WebSocket from 'ws'
import type { Subject } from './subject.ts'

/** Bytes of the JSON that every message carries. */
const PAYLOAD_BYTES = 256
const TIME_DIGITS = 16
const KEEP_ALIVE_MS = 20_000

/** A socket in a room. */
export interface Peer {
  /** Says something to the others of its room, stamped with the time. */
  say(): void
  /** Called with the milliseconds that each message took; may be replaced. */
  onMessage: (ms: number) => void
  close(): void
}

/** A server that is measured. */
export interface ChatServer {
  /** Connects a socket and waits until it is in the room. */
  open(room: string): Promise<Peer>
  pid: number
  close(): Promise<void>
}

/** JSON of exactly so many bytes, with the time in it. */
function payload(): string {
  const head = `{"t":"${performance.now().toFixed(6).padStart(TIME_DIGITS, '0')}","texto":"`
  return `${head}${'x'.repeat(PAYLOAD_BYTES - head.length - 2)}"}`
}

/**
 * What both sides share, so that the client costs the same on both: a bare WebSocket, no library of either. Every
 * message ends with the payload and so many bytes; only its time is read.
 */
function peer(
  ws: WebSocket,
  side: { isMessage(data: Buffer): boolean; bytesAfter: number; encode(payload: string): Buffer | string },
): Peer {
  const self: Peer = {
    say: () => ws.send(side.encode(payload())),
    onMessage: () => {},
    close: () => ws.close(),
  }
  ws.on('message', (data: Buffer) => {
    if (!side.isMessage(data)) return
    const at = data.length - side.bytesAfter - PAYLOAD_BYTES + '{"t":"'.length
    self.onMessage(performance.now() - Number(data.toString('latin1', at, at + TIME_DIGITS)))
  })
  return self
}

function connect(url: string): WebSocket {
  const ws = new WebSocket(url, { perMessageDeflate: false, skipUTF8Validation: true })
  ws.on('error', (error) => {
    throw error
  })
  return ws
}

const text = (data: Buffer) => data.toString('utf8')
async function heard(ws: WebSocket, matches: (data: Buffer) => boolean): Promise<void> {
  for (;;) {
    const [data] = (await once(ws, 'message')) as [Buffer]
    if (matches(data)) return
  }
}

/** Our server: public channels, version 2.0.0, which is what the SDK speaks. */
export function ours({ running }: Subject): ChatServer {
  const { supabaseUrl, publishableKey } = running.stack
  const url = `${supabaseUrl.replace('http', 'ws')}/realtime/v1/websocket?apikey=${publishableKey}&vsn=2.0.0`
  const BROADCAST = 4
  return {
    pid: running.child.pid!,
    async open(room) {
      const ws = connect(url)
      await once(ws, 'open')
      const topic = `realtime:${room}`
      ws.send(JSON.stringify(['1', '1', topic, 'phx_join', { config: {} }]))
      await heard(ws, (data) => text(data).includes('"status":"ok"'))
      const beating = setInterval(
        () => ws.send(JSON.stringify([null, '2', 'phoenix', 'heartbeat', {}])),
        KEEP_ALIVE_MS,
      )
      ws.on('close', () => clearInterval(beating))
      // Kind 3: [lengths of join_ref, ref, topic, event and metadata, encoding 1 for JSON], then each of them.
      const head = Buffer.concat([Buffer.from([3, 1, 1, topic.length, 1, 0, 1]), Buffer.from(`13${topic}m`)])
      return peer(ws, {
        isMessage: (data) => data[0] === BROADCAST,
        bytesAfter: 0,
        encode: (json) => Buffer.concat([head, Buffer.from(json)]),
      })
    },
    close: async () => {},
  }
}

/** Socket.IO in a process of its own. */
export async function socketIo(): Promise<ChatServer> {
  const child: ChildProcess = spawn(
    process.execPath,
    [fileURLToPath(new URL('./chat-server.ts', import.meta.url))],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  )
  const [line] = await once(child.stdout!, 'data')
  const url = `ws://127.0.0.1:${Number(line)}/socket.io/?EIO=4&transport=websocket`
  return {
    pid: child.pid!,
    async open(room) {
      const ws = connect(`${url}&room=${room}`)
      await heard(ws, (data) => text(data).startsWith('0'))
      ws.send('40')
      await heard(ws, (data) => text(data).startsWith('40'))
      ws.on('message', (data: Buffer) => {
        if (data.length === 1 && text(data) === '2') ws.send('3')
      })
      return peer(ws, {
        isMessage: (data) => data[1] === 0x32,
        bytesAfter: 1,
        encode: (json) => `42["m",${json}]`,
      })
    },
    async close() {
      const ended = once(child, 'exit')
      child.stdin!.end()
      await ended
    },
  }
}
