import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createReplayer, type Replayer } from '../../supabase/local/realtime/replay.ts'
import { until } from '../support/until.ts'
import { useDatabase } from './database.ts'

const { url, sql, connect } = useDatabase()
let replayer: Replayer

beforeAll(() => {
  replayer = createReplayer({ adminUrl: url() })
})
afterAll(() => replayer.close())
beforeEach(async () => {
  await (await connect('supabase_realtime_admin')).client.query('delete from realtime.messages')
})

const say = (from: number, to: number, topic = 'sala', isPrivate = true) =>
  sql(
    `select realtime.send(jsonb_build_object('n', n), 'dicho', $3, $4) from generate_series($1::int, $2) as n`,
    [from, to, topic, isPrivate],
  )
const numbers = async (options: { since: number; limit?: number }) =>
  (await replayer.replay('sala', options)).map(({ payload }) =>
    'json' in payload ? JSON.parse(payload.json).n : payload.binary,
  )
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => from + n)

describe('repetición', () => {
  test('los últimos 25, del más antiguo al más nuevo, también los de una misma transacción', async () => {
    await say(1, 10)
    await say(11, 40)
    expect(await numbers({ since: 0 })).toEqual(range(16, 40))
    expect(await numbers({ since: 0, limit: 1000 })).toEqual(range(16, 40))
    expect(await numbers({ since: 0, limit: 3 })).toEqual([38, 39, 40])
  })

  test('solo desde el momento pedido', async () => {
    await say(1, 2)
    const now = await until('a later millisecond', async () => {
      const [row] = await sql<{ now: number; last: number }>(
        `select floor(extract(epoch from clock_timestamp()) * 1000)::float8 as now,
           extract(epoch from max(inserted_at) at time zone 'UTC')::float8 * 1000 as last from realtime.messages`,
      )
      return row!.now > row!.last && row!.now
    })
    await say(3, 4)
    expect(await numbers({ since: now })).toEqual([3, 4])
    expect(await numbers({ since: now + 60_000 })).toEqual([])
  })

  test('lleva su id y su marca; lo binario, sus bytes; los números, sus cifras', async () => {
    await sql(`select realtime.send('{"id": "mio", "peso": 12345678901234567890.10}', 'dicho', 'sala')`)
    await sql(`select realtime.send_binary('\\x00ff'::bytea, 'bytes', 'sala')`)
    const [text, bytes] = await replayer.replay('sala', { since: 0 })
    const rows = await sql<{ id: string }>('select id from realtime.messages order by inserted_at')
    expect(text).toEqual({
      topic: 'sala',
      isPrivate: true,
      event: 'dicho',
      id: rows[0]!.id,
      replayed: true,
      payload: { json: '{"id": "mio", "peso": 12345678901234567890.10}' },
    })
    expect(bytes).toMatchObject({
      event: 'bytes',
      id: rows[1]!.id,
      payload: { binary: Buffer.from([0, 255]) },
    })
  })

  test('nunca lo público, lo de otro tema, ni lo que no es difusión', async () => {
    await say(1, 1, 'sala', false)
    await say(2, 2, 'sala2')
    await say(3, 3, 'SALA')
    await sql(`insert into realtime.messages (topic, extension, private) values ('sala', 'presence', true)`)
    expect(await numbers({ since: 0 })).toEqual([])
    expect(await replayer.replay(`sala' or true --`, { since: 0 })).toEqual([])
  })

  test('valores disparatados no rompen nada', async () => {
    await say(1, 30)
    for (const limit of [0, -5, Number.NaN, Infinity, 1.5])
      expect((await numbers({ since: 0, limit })).length).toBeLessThanOrEqual(25)
    for (const since of [-1e300, Number.NaN, -Infinity])
      expect(await numbers({ since })).toEqual(range(6, 30))
    for (const since of [1e300, 8.64e15]) expect(await numbers({ since })).toEqual([])
  })
})
