import { afterAll, describe, expect, inject, test } from 'vitest'
import { openDatabase } from '../../server/db/database.ts'
import type { Claims } from '../../server/db/types.ts'
import { sql } from '../support/sql.ts'
import { until } from '../support/until.ts'

const readers = openDatabase(inject('stack').authenticatorUrl, {
  max: 2,
  isShared: true,
  queryTimeoutMs: 12_000,
})
afterAll(() => readers.close())

const user = (n: number): Claims => ({
  role: 'authenticated',
  sub: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
})
const asks = (n: number, text: string, params: unknown[] = []) => readers.as(user(n)).query(text, params)
const whoIs = (n: number) => asks(n, 'select auth.uid() as yo, pg_backend_pid() as pid, current_user as rol')

describe('muchos lectores sobre pocas conexiones', () => {
  test('cada uno es quien es, y nadie abre una conexión de más', async () => {
    const seen = await Promise.all(Array.from({ length: 200 }, (_, n) => whoIs(n)))
    expect(seen.map(([row]) => row!.yo)).toEqual(seen.map((_, n) => user(n).sub))
    expect(new Set(seen.map(([row]) => row!.rol))).toEqual(new Set(['authenticated']))
    expect(new Set(seen.map(([row]) => row!.pid)).size).toBe(2)
    expect(readers.stats()).toMatchObject({ total: 2, idle: 2, waiting: 0 })
  })

  test('el fallo de uno no toca a los que van con él', async () => {
    const answers = await Promise.allSettled(
      Array.from({ length: 40 }, (_, n) => (n % 3 ? whoIs(n) : asks(n, 'select 1 / $1::int', [0]))),
    )
    answers.forEach((answer, n) => {
      if (n % 3 === 0) expect(answer).toMatchObject({ status: 'rejected', reason: { code: '22012' } })
      else expect(answer).toMatchObject({ status: 'fulfilled', value: [{ yo: user(n).sub }] })
    })
  })

  test('tras una consulta larga no espera nadie', async () => {
    const order: string[] = []
    const slow = asks(99, 'select pg_sleep(1)').then(() => order.push('larga'))
    await until('it is known to be slow', async () => {
      const stuck = `select from pg_stat_activity where wait_event = 'PgSleep' and query like '%pg_sleep(1)%'
        and clock_timestamp() - query_start > interval '120 ms'`
      return (await sql(stuck)).length > 0
    })
    await Promise.all(Array.from({ length: 50 }, (_, n) => whoIs(n).then(() => order.push('corta'))))
    await slow
    expect(order).toEqual([...Array(50).fill('corta'), 'larga'])
  })

  test('una conexión que se corta falla a los suyos y a nadie más', async () => {
    const [row] = await whoIs(1)
    const cut = asks(2, 'select pg_terminate_backend(pg_backend_pid())')
    await expect(cut).rejects.toThrow()
    const after = await Promise.all(Array.from({ length: 20 }, (_, n) => whoIs(n)))
    expect(after.map(([{ yo } = {}]) => yo)).toEqual(after.map((_, n) => user(n).sub))
    expect(row!.yo).toBe(user(1).sub)
  })
})
