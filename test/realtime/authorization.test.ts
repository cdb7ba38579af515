import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Authorizer, createAuthorizer } from '../../supabase/local/realtime/authorization.ts'
import { until } from '../support/until.ts'
import { ANA, ANON, RIVAL, useDatabase } from './database.ts'

const NOTHING = { broadcast: false, presence: false }
const BOTH = { broadcast: true, presence: true }
const isAna = `(select auth.uid()) = '${ANA.sub}'`

const { url, sql, policy, connect } = useDatabase()
let authorizer: Authorizer

beforeAll(() => {
  authorizer = createAuthorizer({ adminUrl: url() })
})
afterAll(() => authorizer.close())
afterEach(async () => {
  expect(await sql('select from realtime.messages'), 'a question leaves nothing').toHaveLength(0)
})

const ask = async (topic: string, claims: { role: string }) => ({
  read: await authorizer.read(topic, claims),
  write: await authorizer.write(topic, claims),
})

describe('sin políticas', () => {
  test('nadie lee ni escribe, salvo el servicio', async () => {
    for (const claims of [ANA, RIVAL, ANON])
      expect(await ask('sala', claims)).toEqual({ read: NOTHING, write: NOTHING })
    expect(await ask('sala', { role: 'service_role' })).toEqual({ read: BOTH, write: BOTH })
  })

  test('un rol que no es de la API no puede más: ni el dueño de la tabla, ni none, ni uno inventado', async () => {
    for (const role of [
      'supabase_realtime_admin',
      'none',
      'postgres',
      'supabase_admin',
      'nadie',
      '',
      "x'; select 1",
    ])
      expect(await ask('sala', { role }), role).toEqual({ read: NOTHING, write: NOTHING })
  })
})

describe('con políticas', () => {
  test('cada quien lo suyo: el rival y el anónimo no leen ni escriben', async () => {
    await policy('select', `${isAna} and realtime.topic() = 'sala'`)
    await policy('insert', `${isAna} and topic = 'sala'`)
    expect(await ask('sala', ANA)).toEqual({ read: BOTH, write: BOTH })
    expect(await ask('sala2', ANA)).toEqual({ read: NOTHING, write: NOTHING })
    expect(await ask('SALA', ANA)).toEqual({ read: NOTHING, write: NOTHING })
    for (const claims of [RIVAL, ANON, { ...ANA, role: 'anon' }, { role: 'authenticated' }])
      expect(await ask('sala', claims)).toEqual({ read: NOTHING, write: NOTHING })
  })

  test('extension distingue la difusión de la presencia; leer, de escribir', async () => {
    await policy('select', `${isAna} and extension = 'broadcast'`)
    await policy('insert', `${isAna} and realtime.messages.extension in ('presence')`)
    expect(await ask('sala', ANA)).toEqual({
      read: { broadcast: true, presence: false },
      write: { broadcast: false, presence: true },
    })
  })

  test('la política ve las claims de quien pregunta', async () => {
    await policy(
      'select',
      `auth.jwt() -> 'app_metadata' ->> 'plan' = 'oro' and auth.role() = 'authenticated'`,
    )
    expect((await ask('sala', { ...ANA, app_metadata: { plan: "o'ro" } } as typeof ANA)).read).toEqual(
      NOTHING,
    )
    expect((await ask('sala', { ...ANA, app_metadata: { plan: 'oro' } } as typeof ANA)).read).toEqual(BOTH)
  })

  test('una fila de antes no da permiso: se pregunta por las de la pregunta', async () => {
    await policy('select', `payload is not null`)
    await sql(`select realtime.send('{}', 'x', 'sala', true)`)
    expect(await authorizer.read('sala', ANA)).toEqual(NOTHING)
    await (await connect('supabase_realtime_admin')).client.query('delete from realtime.messages')
  })

  test('temas raros: comillas, byte cero, larguísimos', async () => {
    await policy('select', 'true')
    await policy('insert', 'true')
    expect(await ask(`o'brien"; drop table x --ñ🍫`, ANA)).toEqual({ read: BOTH, write: BOTH })
    expect(await ask('a\0b', ANA)).toEqual({ read: NOTHING, write: NOTHING })
    const long = Array.from({ length: 4000 }, () => Math.random().toString(36)).join('')
    expect((await ask(long, ANA)).read).toEqual(NOTHING)
    expect(await ask('sala', ANA)).toEqual({ read: BOTH, write: BOTH })
  })
})

describe('lo que falla niega', () => {
  test('una política que da error niega, y la conexión sirve para la siguiente pregunta', async () => {
    await sql(`create function public.falla() returns boolean language plpgsql as
      $$ begin raise exception 'no'; end $$`)
    await policy('select', `${isAna} and public.falla()`)
    await policy('insert', `${isAna} and extension = 'broadcast' and public.falla()`)
    await policy('insert', `${isAna} and extension = 'presence'`)
    const before = await sql(`select pid from pg_stat_activity where usename = 'supabase_realtime_admin'`)
    for (let n = 0; n < 20; n++)
      expect(await ask('sala', ANA)).toEqual({ read: NOTHING, write: { broadcast: false, presence: true } })
    const after = await sql(`select pid from pg_stat_activity where usename = 'supabase_realtime_admin'`)
    expect(after).toEqual(before)
    expect((await ask('sala', { role: 'service_role' })).read).toEqual(BOTH)
  })

  test('una que tarda demasiado no concede; lo cortado no deja nada y la siguiente contesta', async () => {
    await policy('select', `(select pg_sleep(30)) is not null and true`)
    await policy('insert', `(select pg_sleep(30)) is not null and true`)
    const [read, write] = await Promise.allSettled([
      authorizer.read('sala', ANA),
      authorizer.write('sala', ANA),
    ])
    expect([read.status, write.status]).toEqual(['rejected', 'rejected'])
    expect(await ask('sala', { role: 'service_role' })).toEqual({ read: BOTH, write: BOTH })
  })

  test('cortada la conexión a media pregunta, se dice; la siguiente contesta', async () => {
    await policy('select', `(select pg_sleep(3)) is not null`)
    const asked = authorizer.read('sala', ANA)
    const refused = expect(asked).rejects.toThrow()
    await until('the question is under way', async () => {
      const under = `select from pg_stat_activity where usename = 'supabase_realtime_admin' and wait_event = 'PgSleep'`
      return (await sql(under)).length > 0
    })
    await (await connect('supabase_admin')).client.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where usename = 'supabase_realtime_admin'`,
    )
    await refused
    expect((await ask('sala', ANON)).write).toEqual(NOTHING)
  })

  test('canceladas al azar, las preguntas ni conceden ni dejan filas', async () => {
    const { client } = await connect('supabase_admin')
    let isOver = false
    const cancelling = (async () => {
      while (!isOver)
        await client.query(
          `select pg_cancel_backend(pid) from pg_stat_activity where usename = 'supabase_realtime_admin'`,
        )
    })()
    const answers = await Promise.allSettled(
      Array.from({ length: 600 }, (_, n) => authorizer[n % 2 ? 'read' : 'write']('sala', RIVAL)),
    )
    isOver = true
    await cancelling
    for (const answer of answers) if (answer.status === 'fulfilled') expect(answer.value).toEqual(NOTHING)
    expect(await ask('sala', { role: 'service_role' })).toEqual({ read: BOTH, write: BOTH })
  })

  test('sin Postgres no se concede', async () => {
    const lost = createAuthorizer({ adminUrl: 'postgresql://x:x@127.0.0.1:1/postgres' })
    await expect(lost.read('sala', ANA)).rejects.toThrow()
    await expect(lost.write('sala', { role: 'service_role' })).rejects.toThrow()
    await lost.close()
  })
})

describe('muchas a la vez', () => {
  test('mil preguntas de tres personas no se mezclan', async () => {
    await policy('select', isAna)
    await policy('insert', `${isAna} and extension = 'presence'`)
    const answers = await Promise.all(
      Array.from({ length: 1000 }, (_, n) => ask(`sala-${n}`, [ANA, RIVAL, ANON][n % 3]!)),
    )
    answers.forEach((answer, n) => {
      const mine = { read: BOTH, write: { broadcast: false, presence: true } }
      expect(answer).toEqual(n % 3 ? { read: NOTHING, write: NOTHING } : mine)
    })
  })
})
