import { describe, expect, test } from 'vitest'
import { turns } from '../support/turns.ts'
import { until } from '../support/until.ts'
import { useDatabase } from './database.ts'
import { useLog } from './log.ts'

const db = useDatabase()
const { follow, listen } = useLog(db)

/** In whole milliseconds, as a commit tells them. */
const NOW = 'select floor(extract(epoch from clock_timestamp()) * 1000)::float8 as now'

describe('replicación', () => {
  test('cuenta inserciones, cambios y borrados con valores como texto, la hora y los tipos', async () => {
    await db.sql(`create type color as enum ('rojo'); create domain peso as numeric check (value > 0)`)
    const { table, mine } = await follow(
      'id int8 primary key, p peso, ps peso[], c color, b bytea, f timestamptz',
    )
    const now = async () => (await db.sql<{ now: number }>(NOW))[0]!.now
    const before = await now()
    await db.sql(
      `insert into ${table} values (9007199254740993, 1.50, '{2.0}', 'rojo', '\\x01', '2026-01-01 00:00-05')`,
    )
    await db.sql(`update ${table} set id = 2`)
    await db.sql(`delete from ${table}`)
    const after = await now()
    await until('three changes', () => mine().length === 3)
    const [inserted, updated, deleted] = mine()
    expect(inserted).toMatchObject({
      type: 'INSERT',
      record: {
        id: '9007199254740993',
        p: '1.50',
        ps: '{2.0}',
        c: 'rojo',
        b: '\\x01',
        f: '2026-01-01 05:00:00+00',
      },
      old: null,
    })
    expect(inserted!.commitTimestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    const commit = Date.parse(inserted!.commitTimestamp)
    expect([before <= commit, commit <= after]).toEqual([true, true])
    expect(updated).toMatchObject({ type: 'UPDATE', record: { id: '2' }, old: { id: '9007199254740993' } })
    expect(deleted).toMatchObject({ type: 'DELETE', record: null, old: { id: '2' } })
    expect(inserted!.relation).toMatchObject({ schema: 'public', table, replicaIdentity: 'default' })
    expect(
      inserted!.relation.columns.map(({ name, type, base, isKey }) => [name, type, base, isKey]),
    ).toEqual([
      ['id', 'int8', 'int8', true],
      ['p', 'peso', 'numeric', false],
      ['ps', '_peso', '_numeric', false],
      ['c', 'color', '', false],
      ['b', 'bytea', 'bytea', false],
      ['f', 'timestamptz', 'timestamptz', false],
    ])
  })

  test('las transacciones llegan enteras y en el orden de sus commits, de varios esquemas', async () => {
    const { table, mine, changes } = await follow()
    await db.sql(
      `create schema otro; create table otro.t (id int primary key); alter publication supabase_realtime add table otro.t`,
    )
    const [{ client: first }, { client: second }] = [await db.connect(), await db.connect()]
    await first.query(`begin; insert into ${table} values (1, 'primero')`)
    await second.query(`begin; insert into ${table} values (2, 'segundo'); insert into otro.t values (2)`)
    await second.query('commit')
    await first.query(`insert into ${table} values (3, 'primero'); commit`)
    await until('both', () => changes.length === 4)
    expect(changes.map(({ relation, record }) => [relation.schema, record!.id])).toEqual([
      ['public', '2'],
      ['otro', '2'],
      ['public', '1'],
      ['public', '3'],
    ])
    const writers = await Promise.all(Array.from({ length: 8 }, () => db.connect()))
    await db.sql(`create table orden (n int generated always as identity, id int)`)
    await Promise.all(
      writers.map(async ({ client }, writer) => {
        for (let n = 0; n < 20; n++) {
          const id = 100 + writer * 20 + n
          await client.query(
            `begin; lock table orden in exclusive mode; insert into orden (id) values (${id}); insert into ${table} values (${id}); commit`,
          )
        }
      }),
    )
    await until('all of them', () => mine().length === 163)
    const order = await db.sql<{ id: number }>('select id from orden order by n')
    expect(
      mine()
        .slice(3)
        .map(({ record }) => Number(record!.id)),
    ).toEqual(order.map(({ id }) => id))
  })

  test('una transacción grande llega por partes de hasta mil, y el registro espera a quien la recibe', async () => {
    let busy = 0
    const { table, mine, batches } = await follow('id int primary key, texto text', async () => {
      expect(++busy).toBe(1)
      await turns(5)
      busy--
    })
    await db.sql(`insert into ${table} select n, repeat('x', 100) from generate_series(1, 12345) n`)
    await until('all', () => mine().length === 12345)
    expect(Math.max(...batches)).toBeLessThanOrEqual(1000)
    expect(mine().every(({ record }, n) => record!.id === String(n + 1))).toBe(true)
  })

  test('las filas grandes llegan en partes menores', async () => {
    const { table, mine, batches } = await follow()
    await db.sql(`insert into ${table} select n, repeat(md5(n::text), 65536) from generate_series(1, 20) n`)
    await until('all', () => mine().length === 20)
    expect(Math.max(...batches)).toBeLessThanOrEqual(4)
  })

  test('un valor grande que no cambió falta, salvo que la tabla cuente la fila anterior entera', async () => {
    const { table, mine } = await follow()
    const large = `(select string_agg(md5(n::text), '') from generate_series(1, 1000) n)`
    await db.sql(
      `alter table ${table} alter texto set storage external; insert into ${table} values (1, ${large})`,
    )
    await db.sql(`update ${table} set id = 2`)
    await db.sql(`alter table ${table} replica identity full`)
    await db.sql(`update ${table} set id = 3`)
    await until('all', () => mine().length === 3)
    const [inserted, absent, full] = mine()
    expect(Object.keys(absent!.record!)).toEqual(['id'])
    expect(full).toMatchObject({
      record: { id: '3' },
      old: { id: '2' },
      relation: { replicaIdentity: 'full' },
    })
    expect(full!.record!.texto).toBe(inserted!.record!.texto)
  })

  test('sigue los cambios de una tabla y no cuenta TRUNCATE', async () => {
    const { table, mine } = await follow()
    await db.sql(`insert into ${table} values (1, 'a')`)
    await db.sql(`alter table ${table} add nueva uuid, drop texto`)
    await db.sql(`truncate ${table}; insert into ${table} values (2, gen_random_uuid())`)
    await until('both', () => mine().length === 2)
    expect(mine().map(({ type, relation }) => [type, relation.columns.map((column) => column.type)])).toEqual(
      [
        ['INSERT', ['int4', 'text']],
        ['INSERT', ['int4', 'uuid']],
      ],
    )
  })

  test('dos procesos reciben todo, y al cerrar no queda ningún slot', async () => {
    const slots = async () =>
      (await db.sql(`select from pg_replication_slots where slot_name like 'realtime_%'`)).length
    const [one, other] = [await follow(), await listen()]
    expect(await slots()).toBe(2)
    await db.sql(`insert into ${one.table} values (1, 'a')`)
    await until('both', () => one.changes.length === 1 && other.changes.length === 1)
    await Promise.all([one.replication.close(), other.replication.close()])
    expect(one.states).toEqual(['live'])
    await until('no slot', async () => (await slots()) === 0)
  })

  test('quien falla al recibir no detiene el registro', async () => {
    let failures = 0
    const { table, mine, states } = await follow(undefined, () => {
      if (failures++ === 0) throw new Error('one that fails')
    })
    await db.sql(`insert into ${table} values (1, 'a')`)
    await until('the failure', () => failures === 1)
    await db.sql(`insert into ${table} values (2, 'b')`)
    await until('the second', () => mine().length === 1)
    expect(states).toEqual(['live'])
  })

  test('confirma lo leído: el WAL no se acumula, tampoco el de tablas sin publicar', {
    timeout: 60_000,
  }, async () => {
    await listen()
    const position = async () =>
      (
        await db.sql<{ lsn: string }>(`select confirmed_flush_lsn - '0/0' as lsn from pg_replication_slots`)
      )[0]!.lsn
    const before = Number(await position())
    await db.sql(
      `create table callada (t text); insert into callada select repeat('x', 1000) from generate_series(1, 5000)`,
    )
    await until('the position', async () => Number(await position()) > before + 4_000_000)
  })
})
