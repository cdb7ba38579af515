import { createClient, type RealtimeChannel, type SupabaseClient } from '@supabase/supabase-js'
import { inject, onTestFinished } from 'vitest'
import WebSocket from 'ws'
import { DEMO_PASSWORD } from '../../scripts/seed.ts'
import { sql } from '../support/sql.ts'
import { until } from '../support/until.ts'

export const stack = inject('stack')
export const VERSIONS = ['1.0.0', '2.0.0'] as const
export type Version = (typeof VERSIONS)[number]

/** A client of the SDK, signed in when an e-mail is given; closed at the end of the test. */
export async function openClient(
  options: { version?: Version; email?: string } = {},
): Promise<SupabaseClient> {
  const client = createClient(stack.supabaseUrl, stack.publishableKey, {
    auth: { persistSession: false, autoRefreshToken: false },
    realtime: { vsn: options.version ?? '2.0.0' },
  })
  onTestFinished(async () => {
    await client.removeAllChannels()
    await client.realtime.disconnect()
  })
  if (options.email) {
    const { error } = await client.auth.signInWithPassword({ email: options.email, password: DEMO_PASSWORD })
    if (error) throw error
    await client.realtime.setAuth()
  }
  return client
}

/** Subscribes and waits for the first word of the server. */
export function subscribed(channel: RealtimeChannel): Promise<{ status: string; error?: Error }> {
  return new Promise((resolve) => {
    channel.subscribe((status, error) => resolve({ status, ...(error && { error }) }))
  })
}

let topics = 0
/** A topic that no other test uses. */
export const newTopic = (name = 'prueba') => `${name}-${process.pid}-${++topics}`

export interface RawSocket {
  /** What came, parsed: arrays in version 2, objects in version 1; binary frames as Buffers. */
  received: unknown[]
  send(frame: unknown): void
  /** The first frame that came, or comes, and that this holds for. */
  find(matches: (frame: never) => boolean): Promise<never>
  closed: Promise<number>
  close(): void
}

/** The URL of the socket. */
export const socketUrl = (params: Record<string, string>, base = stack.supabaseUrl) =>
  `${base.replace('http', 'ws')}/realtime/v1/websocket?${new URLSearchParams(params)}`

/** A socket without the SDK, to see every frame. */
export async function openRaw(
  version: Version = '2.0.0',
  key = stack.publishableKey,
  base = stack.supabaseUrl,
): Promise<RawSocket> {
  const ws = new WebSocket(socketUrl({ apikey: key, vsn: version }, base))
  const received: unknown[] = []
  ws.on('message', (data: Buffer, isBinary) =>
    received.push(isBinary ? data : JSON.parse(data.toString('utf8'))),
  )
  const closed = new Promise<number>((resolve) => ws.once('close', resolve))
  await new Promise((resolve, reject) => {
    ws.once('open', resolve)
    ws.once('error', reject)
  })
  onTestFinished(() => ws.terminate())
  return {
    received,
    send: (frame) =>
      ws.send(Buffer.isBuffer(frame) || typeof frame === 'string' ? frame : JSON.stringify(frame)),
    async find(matches) {
      return (await until('a frame', () => received.find((frame) => matches(frame as never)))) as never
    },
    closed,
    close: () => ws.close(),
  }
}

/** Lets a user do something in a private topic, until the end of the test. @param extension both when left out. */
export async function allow(
  client: SupabaseClient,
  topic: string,
  verb: 'select' | 'insert',
  extension?: 'broadcast' | 'presence',
): Promise<() => Promise<unknown>> {
  const { data } = await client.auth.getUser()
  const name = `prueba_${topic}_${verb}_${extension ?? 'todo'}_${data.user!.id}`.slice(0, 63)
  const check = `realtime.topic() = '${topic}' and auth.uid() = '${data.user!.id}'${extension ? ` and extension = '${extension}'` : ''}`
  await sql(
    `create policy "${name}" on realtime.messages for ${verb} to authenticated ${verb === 'select' ? 'using' : 'with check'} (${check})`,
  )
  const revoke = () => sql(`drop policy if exists "${name}" on realtime.messages`)
  onTestFinished(async () => {
    await revoke()
  })
  return revoke
}
