import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { startReplication } from '../../supabase/local/realtime/replication.ts'
import { aMoment, until } from '../support/until.ts'
import { useDatabase } from './database.ts'
import { useLog } from './log.ts'

const db = useDatabase()
const { follow, listen } = useLog(db)

describe('replicación que se pierde', () => {
  test('vuelve cuando le cierran la conexión', async () => {
    const { table, mine, states } = await follow()
    await (await db.connect('supabase_admin')).client.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where backend_type = 'walsender'`,
    )
    await until('live again', () => states.length === 3)
    await db.sql(`insert into ${table} values (1, 'a')`)
    await until('the change', () => mine().length === 1)
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
    await until('a message', async () => {
      await send()
      await aMoment()
      return messages() > 0
    })
    await db.sql(`create publication supabase_realtime for table ${table}`)
    await until('a change', async () => {
      await db.sql(`insert into ${table} values ((random() * 1e9)::int, 'b')`)
      await aMoment()
      return mine().length > 0
    })
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
    await until('the loss', () => states.includes('lost') && short.states.includes('lost'))
    await short.replication.close()
    await until('life', () => states.at(-1) === 'live')
    await db.sql(`insert into ${table} values (1, 'a')`)
    await until('the change', () => mine().length === 1)
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
    await until('the slot that waits', async () => {
      const waiting = `select from pg_stat_activity where query like 'CREATE_REPLICATION_SLOT%' and state = 'active'`
      return (await db.sql(waiting)).length === 1
    })
    // The transaction is still open when it has ended.
    await replication.close()
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
    await until('no slot', async () => (await db.sql('select from pg_replication_slots')).length === 0)
  })
})
