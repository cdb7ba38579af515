import { describe, expect, test, vi } from 'vitest'
import { bootstrap } from '../../supabase/local/postgres/bootstrap.ts'
import { maintainPartitions, startPartitioner } from '../../supabase/local/realtime/partitions.ts'
import { useDatabase } from './database.ts'

const { url, sql, policy, connect } = useDatabase()

const count = async () =>
  Number((await sql<{ n: string }>('select count(*) as n from realtime.messages'))[0]!.n)

describe('particiones', () => {
  const days = async () =>
    (
      await sql<{ day: string }>(`select right(inhrelid::regclass::text, 10) as day from pg_inherits
        where inhparent = 'realtime.messages'::regclass order by day`)
    ).map(({ day }) => day)
  const daysFrom = (first: number, last: number) =>
    Array.from({ length: last - first + 1 }, (_, n) =>
      new Date(Date.now() + (first + n) * 86_400_000).toISOString().slice(0, 10).replaceAll('-', '_'),
    )
  const admin = async () => (await connect('supabase_realtime_admin')).client

  test('desde el arranque hay las de ayer y una semana: pasada la medianoche se envía igual', async () => {
    expect(await days()).toEqual(daysFrom(-1, 7))
    for (const inDays of [0, 1, 7]) {
      await sql(
        `insert into realtime.messages (topic, extension, inserted_at)
          values ('t', 'broadcast', (now() at time zone 'UTC') + $1 * interval '1 day')`,
        [inDays],
      )
    }
  })

  test('se rehacen las que faltan y se borran las de más de 72 horas; dos servidores a la vez no chocan', async () => {
    const client = await admin()
    for (const day of daysFrom(-6, -2)) {
      const from = day.replaceAll('_', '-')
      await client.query(
        `create table realtime.messages_${day} partition of realtime.messages for values from ('${from}') to ('${from}'::date + 1)`,
      )
    }
    await client.query(`drop table realtime.messages_${daysFrom(5, 5)[0]}`)
    await Promise.all([1, 2, 3].map(() => maintainPartitions(url())))
    expect(await days()).toEqual(daysFrom(-3, 7))
  })

  test('una partición nueva lleva las políticas de la tabla y es de su dueño', async () => {
    expect(
      await sql(`select distinct pg_get_userbyid(relowner) as owner, relacl is null as closed from pg_class
        where relname like 'messages_20%' and relkind = 'r'`),
    ).toEqual([{ owner: 'supabase_realtime_admin', closed: true }])
  })

  test('si no puede con la tabla, arranca igual y no hace esperar a quien difunde', async () => {
    const client = await admin()
    await client.query(`drop table realtime.messages_${daysFrom(7, 7)[0]}`)
    await client.query('begin; lock table realtime.messages in row exclusive mode')
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    const partitioner = await startPartitioner({ adminUrl: url() })
    // The table is still taken, and nobody waits for it any more.
    expect(await sql('select from pg_locks where not granted')).toEqual([])
    expect(log).toHaveBeenCalledOnce()
    log.mockRestore()
    await client.query('rollback')
    await partitioner.close()
    await maintainPartitions(url())
    expect(await days()).toEqual(daysFrom(-3, 7))
  })

  test('arrancar otra vez no cambia nada de lo que hay', async () => {
    const before = await count()
    await policy('select', 'true')
    const { port, password } = new URL(url())
    await bootstrap({ port: Number(port), password: decodeURIComponent(password) })
    expect(await count()).toBe(before)
    expect(await sql(`select from pg_policies where tablename = 'messages'`)).toHaveLength(1)
  })
})
