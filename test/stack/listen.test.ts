import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished, vi } from 'vitest'
import { listen } from '../../server/db/listen.ts'

const stack = inject('stack')
const client = new pg.Client({ connectionString: stack.databaseUrl })
beforeAll(() => client.connect())
afterAll(() => client.end())

let channels = 0
/** What one listener heard, in order, on a channel and a connection that no other test has. */
function hear(
  url = stack.databaseUrl,
  onNotice: (payload: string | null) => void | Promise<void> = () => {},
) {
  const name = `prueba_${process.pid}_${++channels}`
  const named = new URL(url)
  named.searchParams.set('application_name', name)
  const heard: (string | null)[] = []
  const listener = listen(named.href, name, (payload) => {
    heard.push(payload)
    return onNotice(payload)
  })
  onTestFinished(() => listener.close())
  const asked = async (what: string) =>
    (await client.query(`select ${what} from pg_stat_activity where application_name = $1`, [name])).rows
  return {
    heard,
    listener,
    notify: (payload: string) => client.query('select pg_notify($1, $2)', [name, payload]),
    connections: async () => (await asked('pid')).length,
    lose: () => asked('pg_terminate_backend(pid)'),
    hears: (expected: (string | null)[]) => vi.waitFor(() => expect(heard).toEqual(expected), 10_000),
  }
}

describe('quien escucha a Postgres', () => {
  it('oye cada aviso, y al conectarse que algo pudo pasar antes', async () => {
    const { hears, notify } = hear()
    await hears([null])
    await notify('uno')
    await notify('')
    await notify('dos')
    await hears([null, 'uno', null, 'dos'])
  })

  it('perdida la conexión, hace otra, una sola, y vuelve a oír', async () => {
    const { hears, notify, lose, connections } = hear()
    await hears([null])
    for (const expected of [
      [null, null],
      [null, null, null],
    ]) {
      await lose()
      await hears(expected)
    }
    await notify('después')
    await hears([null, null, null, 'después'])
    expect(await connections()).toBe(1)
  })

  it('empieza antes que Postgres y lo espera', async () => {
    const { hostname, port } = new URL(stack.databaseUrl)
    let refused = 0
    const early = createServer((socket) => {
      socket.on('error', () => {})
      if (++refused <= 2) return void socket.destroy()
      const upstream = connect(Number(port), hostname)
      upstream.on('error', () => {})
      socket.pipe(upstream).pipe(socket)
    })
    early.listen(0, '127.0.0.1')
    await once(early, 'listening')
    onTestFinished(() => void early.close())
    const url = new URL(stack.databaseUrl)
    url.port = String((early.address() as AddressInfo).port)
    const { hears, notify } = hear(url.href)
    await hears([null])
    expect(refused).toBe(3)
    await notify('ya')
    await hears([null, 'ya'])
  })

  it('lo que no pudo hacer con un aviso lo hace de nuevo con otra conexión', async () => {
    let failures = 1
    const { hears, notify, connections } = hear(undefined, async (payload) => {
      if (payload === 'uno' && failures-- > 0) throw new Error('no pudo')
    })
    await hears([null])
    await notify('uno')
    await hears([null, 'uno', null])
    await vi.waitFor(async () => expect(await connections()).toBe(1))
  })

  it('cerrado, no oye nada más ni deja conexión', async () => {
    const { heard, hears, notify, listener, connections } = hear()
    await hears([null])
    await listener.close()
    await vi.waitFor(async () => expect(await connections()).toBe(0))
    await notify('tarde')
    expect(heard).toEqual([null])
    const early = hear()
    await early.listener.close()
    await vi.waitFor(async () => expect(await early.connections()).toBe(0))
    expect(early.heard).toEqual([])
  })
})
