import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { startReplication } from '../../supabase/local/realtime/replication.ts'
import { useDatabase } from './database.ts'
import { useLog } from './log.ts'
import { aMoment, until } from './support.ts'

const db = useDatabase()
const { follow, listen } = useLog(db)

describe('replicación que se pierde', () => {
  test('vuelve cuando le cierran la conexión', async () => {
    const { table, mine, states } = await follow()
    await (await db.connect('supabase_admin')).client.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where backend_type = 'walsender'`,
    )
    await until(() => states.length === 3, 'live again')
    await db.sql(`insert into ${table} values (1, 'a')`)
    await until(() => mine().length === 1, 'the change')
    expect(states).toEqual(['live', 'lost', 'live'])
  })

  test('una publicación que se borra no calla a la otra, y vuelve con ella', {
    timeout: 60_000,
  }, async () => {
    const { table, mine, replication, changes } = await follow()
    const messages = () => changes.filter(({ relation }) => relation.schema === 'realtime').length
    await db.sql('drop publication supabase_realtime')
    await db.sql(`insert into ${table} values (1, 'a')`)
    const send = () => db.sql(`select realtime.send('{}', 'e', 't', false)`)
    await until(async () => {
      await send()
      await aMoment()
      return messages() > 0
    }, 'a message')
    await db.sql(`create publication supabase_realtime for table ${table}`)
    await until(async () => {
      await db.sql(`insert into ${table} values ((random() * 1e9)::int, 'b')`)
      await aMoment()
      return mine().length > 0
    }, 'a change')
    expect(replication.isLive()).toBe(true)
  })

  test('vuelve cuando Postgres muere y renace, y se cierra también mientras no está', {
    timeout: 60_000,
  }, async () => {
    const { table, mine, states } = await follow()
    const { client } = await db.connect('supabase_admin')
    const { rows } = await client.query(
      `select split_part(pg_read_file('postmaster.pid'), e'\\n', 1)::int as pid`,
    )
    const short = await listen()
    process.kill(rows[0].pid, 'SIGKILL')
    await until(() => states.includes('lost') && short.states.includes('lost'), 'the loss')
    await short.replication.close()
    await until(() => states.at(-1) === 'live', 'life')
    await db.sql(`insert into ${table} values (1, 'a')`)
    await until(() => mine().length === 1, 'the change')
  })

  test('se cierra sin esperar a una transacción abierta, que es lo que espera una ranura nueva', async () => {
    const { client } = await db.connect()
    await client.query('begin; create table public.abierta ()')
    const states: string[] = []
    const replication = await startReplication({
      url: db.url('supabase_admin'),
      onState: (state) => states.push(state),
      onTransaction: () => {},
    })
    await until(async () => {
      const waiting = `select from pg_stat_activity where query like 'CREATE_REPLICATION_SLOT%' and state = 'active'`
      return (await db.sql(waiting)).length === 1
    }, 'the slot that waits')
    const late = Symbol()
    expect(await Promise.race([replication.close(), sleep(20_000, late)])).not.toBe(late)
    await client.query('rollback')
    await aMoment()
    expect(states).toEqual([])
  })

  test('se cierra en cualquier momento de su comienzo, y no deja nada', { timeout: 60_000 }, async () => {
    for (let ms = 0; ms <= 60; ms += 3) {
      const replication = await startReplication({
        url: db.url('supabase_admin'),
        onState: () => {},
        onTransaction: () => {},
      })
      await sleep(ms)
      await replication.close()
    }
    await until(async () => (await db.sql('select from pg_replication_slots')).length === 0, 'no slot')
  })
})
