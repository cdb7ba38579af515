// No user holds more than its part of the connections, whatever it asks for: real connections, real queries.
import { afterAll, describe, expect, inject, test } from 'vitest'
import { openDatabase } from '../../server/db/database.ts'
import type { Claims } from '../../server/db/types.ts'
import { fromDatabase } from '../../server/http/postgres-errors.ts'
import { openTurns, TooManyAtOnce } from '../../server/process/turns.ts'
import { sql } from '../support/sql.ts'
import { turns } from '../support/turns.ts'
import { until } from '../support/until.ts'

const open = (max: number, isShared: boolean) =>
  openDatabase(inject('stack').authenticatorUrl, { max, isShared, queryTimeoutMs: 20_000 })
const readers = open(8, true)
const writers = open(8, false)
afterAll(() => Promise.all([readers.close(), writers.close()]))

const user = (n: number): Claims => ({
  role: 'authenticated',
  sub: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
})
const asks = (n: number, text: string) => readers.as(user(n)).query<{ pid: number }>(text)
const SLOW = 'select pg_backend_pid() as pid from pg_sleep(0.5)'
// Who shares the connections out takes a query of 100 ms for a slow one.
const STUCK = `select from pg_stat_activity where wait_event = 'PgSleep' and query like '%pg_sleep(0.5)%'
  and clock_timestamp() - query_start > interval '120 ms'`
const FAST = 'select pg_backend_pid() as pid'

/** Waits until so many connections are known to be busy with what is slow. */
const holding = (count: number) => until('they hold theirs', async () => (await sql(STUCK)).length >= count)

/** How many of the others have ended once this work has. */
async function endedMeanwhile(others: Promise<unknown>[], work: () => Promise<unknown>): Promise<number> {
  let ended = 0
  for (const other of others) void other.then(() => ended++)
  await work()
  return ended
}

describe('quien pide mucho y lento', () => {
  test('tiene a lo más la cuarta parte de las conexiones que leen, y los demás no lo notan', async () => {
    const slow = Array.from({ length: 12 }, () => asks(1, SLOW))
    await holding(2)
    const others = () => Promise.all(Array.from({ length: 60 }, (_, n) => asks(100 + n, FAST)))
    expect(await endedMeanwhile(slow, others)).toBeLessThan(6)
    const held = (await Promise.all(slow)).map(([row]) => row!.pid)
    expect(new Set(held).size).toBe(2)
  })

  test('deja sitio aunque sean dos a la vez', async () => {
    const slow = [1, 2].flatMap((n) => Array.from({ length: 12 }, () => asks(n, SLOW)))
    await holding(4)
    expect(await endedMeanwhile(slow, () => asks(3, FAST))).toBeLessThan(12)
    await Promise.all(slow)
  })

  test('con todas las conexiones tomadas, espera su turno quien pide poco: no detrás de todo lo de los otros', async () => {
    const slow = [1, 2, 3, 4].flatMap((n) => Array.from({ length: 6 }, () => asks(n, SLOW)))
    await holding(8)
    expect(await endedMeanwhile(slow, () => asks(7, FAST))).toBeLessThan(18)
    await Promise.all(slow)
  })

  test('pasado lo que puede esperar recibe 429 demasiadas_a_la_vez, con Retry-After, y lo demás termina', async () => {
    const answers = await Promise.allSettled(
      Array.from({ length: 700 }, (_, n) => asks(5, n < 40 ? 'select pg_sleep(0.2)' : FAST)),
    )
    const refused = answers.filter((answer) => answer.status === 'rejected')
    expect(refused.length).toBeGreaterThan(0)
    for (const { reason } of refused) {
      expect(reason).toBeInstanceOf(TooManyAtOnce)
      expect(fromDatabase(reason)).toMatchObject({ statusCode: 429, clave: 'demasiadas_a_la_vez' })
      expect((fromDatabase(reason) as { headers: object }).headers).toMatchObject({ 'retry-after': '2' })
    }
    expect(await asks(5, FAST)).toHaveLength(1)
  })

  test('y rápido, usa las suyas sin esperar: todas contestan', async () => {
    const pids = (await Promise.all(Array.from({ length: 400 }, () => asks(6, FAST)))).map(
      ([row]) => row!.pid,
    )
    expect(pids).toHaveLength(400)
    expect(readers.stats()).toMatchObject({ waiting: 0 })
  })

  test('al escribir tiene la cuarta parte, también en transacciones; los demás siguen', async () => {
    const hold = () =>
      writers.transaction(user(1), async (tx) => (await tx.query<{ pid: number }>(SLOW))[0]!.pid)
    const held = Array.from({ length: 6 }, hold)
    await holding(2)
    const others = () =>
      Promise.all([writers.transaction(user(2), (tx) => tx.query(FAST)), writers.as(user(3)).query(FAST)])
    expect(await endedMeanwhile(held, others)).toBeLessThan(4)
    expect(new Set(await Promise.all(held)).size).toBeLessThanOrEqual(2)
    expect(writers.stats().waiting).toBe(0)
  })

  test('sin sesión comparte con los de su dirección', async () => {
    const anon: Claims = { role: 'anon' }
    const slow = Array.from({ length: 6 }, () => readers.as(anon, 'anon 1.2.3.4').query(SLOW))
    await holding(2)
    expect(await endedMeanwhile(slow, () => readers.as(anon, 'anon 5.6.7.8').query(FAST))).toBeLessThan(4)
    await Promise.all(slow)
  })
})

describe('los turnos', () => {
  test('se dan uno de cada quien, por más que uno tenga en la cola', async () => {
    const inTurn = openTurns({ each: 1, total: 1, waiting: 20, patienceMs: 5000 })
    const order: string[] = []
    const work = (who: string) =>
      inTurn(who, async () => {
        order.push(who)
        await turns(3)
      })
    await Promise.all(['a', 'a', 'a', 'a', 'b', 'c', 'b'].map(work))
    expect(order).toEqual(['a', 'a', 'b', 'c', 'a', 'b', 'a'])
  })

  test('los deja también el trabajo que falla, y no los espera lo que no es de nadie', async () => {
    const inTurn = openTurns({ each: 1, waiting: 1, patienceMs: 5000 })
    const fail = () => inTurn('a', () => Promise.reject(new Error('no')))
    await expect(fail()).rejects.toThrow('no')
    let end = () => {}
    const held = inTurn('a', () => new Promise<void>((resolve) => (end = resolve)))
    const next = inTurn('a', async () => 'sí')
    await expect(inTurn('a', async () => 'nunca')).rejects.toThrow(TooManyAtOnce)
    expect(await inTurn(undefined, async () => 'ya')).toBe('ya')
    end()
    await held
    expect(await next).toBe('sí')
  })

  test('no se esperan más de lo dicho', async () => {
    const inTurn = openTurns({ each: 1, waiting: 5, patienceMs: 50 })
    let end = () => {}
    const held = inTurn('a', () => new Promise<void>((resolve) => (end = resolve)))
    const late = await inTurn('a', async () => 'nunca').catch((error) => fromDatabase(error))
    expect(late).toMatchObject({ statusCode: 503, clave: 'base_no_disponible' })
    end()
    await held
    expect(await inTurn('a', async () => 'sí')).toBe('sí')
  })
})
