import { describe, expect, test } from 'vitest'
import type { Change } from '../../supabase/local/realtime/change.ts'
import { messageOf } from '../../supabase/local/realtime/messages.ts'
import { ANA, useDatabase } from './database.ts'

const { sql, policy, connect } = useDatabase()

const last = async () =>
  (await sql('select * from realtime.messages order by inserted_at desc limit 1'))[0] as Record<
    string,
    unknown
  >
const count = async () =>
  Number((await sql<{ n: string }>('select count(*) as n from realtime.messages'))[0]!.n)

/** A connection that speaks as a caller of the API. */
async function asCaller(claims: { role: string }) {
  const { client, warnings } = await connect('authenticator')
  await client.query(`select set_config('request.jwt.claims', $1, false)`, [JSON.stringify(claims)])
  await client.query(`set role ${claims.role}`)
  return { client, warnings }
}

describe('realtime.send', () => {
  test('escribe la fila y añade el id que falta', async () => {
    await sql(`select realtime.send('{"a": 1}', 'aviso', 'sala')`)
    const row = await last()
    expect(row).toMatchObject({ topic: 'sala', event: 'aviso', private: true, extension: 'broadcast' })
    expect(row.payload).toEqual({ a: 1, id: row.id })
    await sql(`select realtime.send('{"id": 7}', 'aviso', 'sala', false)`)
    expect(await last()).toMatchObject({ payload: { id: 7 }, private: false })
    await sql(`select realtime.send_binary('\\x0a'::bytea, 'b', 'sala')`)
    expect(await last()).toMatchObject({ binary_payload: Buffer.from([10]), payload: null, private: true })
  })

  test('un error es un aviso: la transacción sigue', async () => {
    const { client, warnings } = await connect()
    const before = await count()
    await client.query('begin')
    await client.query(`select realtime.send('{}', 'x', null)`)
    await client.query(`select realtime.send_binary('\\x00', 'x', null)`)
    await client.query(`select realtime.send('[1]', 'x', 'sala')`)
    await client.query(`select realtime.send('{}', 'x', 'sala')`)
    await client.query('commit')
    expect(warnings).toHaveLength(3)
    for (const warning of warnings) expect(warning).toMatch(/^ErrorSendingBroadcastMessage: /)
    expect(await count()).toBe(before + 1)
  })

  test('corre como quien llama: sin política de escritura no se envía nada; con ella, en su tema', async () => {
    const { client, warnings } = await asCaller(ANA)
    const before = await count()
    const send = () => client.query(`select realtime.send('{}', 'x', 'sala')`)
    await send()
    expect(warnings[0]).toMatch(/row-level security/)
    expect(await count()).toBe(before)
    await policy('insert', `realtime.topic() = 'sala' and auth.uid() = '${ANA.sub}'`)
    await send()
    await client.query(`select realtime.send('{}', 'x', 'otra')`)
    expect(await count()).toBe(before + 1)
  })

  test('el tema dura lo que la transacción', async () => {
    const { client } = await connect()
    const topic = async () => (await client.query('select realtime.topic() as t')).rows[0].t
    expect(await topic()).toBeNull()
    await client.query('begin')
    await client.query(`select realtime.send('{}', 'x', 'sala')`)
    expect(await topic()).toBe('sala')
    await client.query('commit')
    expect(await topic()).toBeNull()
  })
})

describe('realtime.broadcast_changes', () => {
  test('cuenta el cambio de un disparador con fila nueva y vieja', async () => {
    await sql(`create table public.cosas (id int primary key, texto text);
      create function public.avisar() returns trigger language plpgsql security definer set search_path = '' as $$
      begin
        perform realtime.broadcast_changes('cosa:' || coalesce(new.id, old.id), tg_op, tg_op, tg_table_name,
          tg_table_schema, new, old);
        return null;
      end $$;
      create trigger avisar after insert or update or delete on public.cosas for each row execute function public.avisar()`)
    const base = { schema: 'public', table: 'cosas' }
    const row = { id: 1, texto: 'a' }
    await sql(`insert into public.cosas values (1, 'a')`)
    expect(await last()).toMatchObject({
      topic: 'cosa:1',
      event: 'INSERT',
      private: true,
      payload: { ...base, operation: 'INSERT', record: row, old_record: null },
    })
    await sql(`update public.cosas set texto = 'b'`)
    expect(await last()).toMatchObject({
      payload: { operation: 'UPDATE', record: { ...row, texto: 'b' }, old_record: row },
    })
    await sql('delete from public.cosas')
    expect(await last()).toMatchObject({
      payload: { operation: 'DELETE', record: null, old_record: { ...row, texto: 'b' } },
    })
  })

  test('no sirve por sentencia ni con otra operación', async () => {
    const call = (operation: string, level: string) =>
      sql(`select realtime.broadcast_changes('t', 'e', $1, 'x', 'public', null::record, null::record, $2)`, [
        operation,
        level,
      ])
    await expect(call('INSERT', 'STATEMENT')).rejects.toThrow(/each row/)
    await expect(call('TRUNCATE', 'ROW')).rejects.toThrow(/Unexpected operation/)
  })
})

describe('realtime.messages', () => {
  test('los roles de la API no pasan por encima de las políticas: ni en las particiones, ni borrando, ni haciendo tablas', async () => {
    await sql(`select realtime.send('{"secreto": true}', 'x', 'sala')`)
    const [{ partition }] = (await sql<{ partition: string }>(
      'select tableoid::regclass::text as partition from realtime.messages limit 1',
    )) as [{ partition: string }]
    for (const role of ['anon', 'authenticated']) {
      const { client } = await asCaller({ role })
      expect((await client.query('select * from realtime.messages')).rows).toEqual([])
      expect((await client.query(`update realtime.messages set topic = 'mia'`)).rowCount).toBe(0)
      for (const forbidden of [
        `select * from ${partition}`,
        `insert into ${partition} (topic, extension) values ('sala', 'broadcast')`,
        `insert into realtime.messages (topic, extension) values ('sala', 'broadcast')`,
        'delete from realtime.messages',
        'truncate realtime.messages',
        'select realtime.make_partitions(1000)',
        'create table realtime.mia ()',
        'set role supabase_realtime_admin',
      ])
        await expect(client.query(forbidden), forbidden).rejects.toThrow(
          /permission denied|row-level security/,
        )
    }
  })

  test('solo la inserción de una difusión es un mensaje', async () => {
    const relation = {
      schema: 'realtime',
      table: 'messages',
      columns: [],
      replicaIdentity: 'default' as const,
    }
    const record = {
      id: 'i',
      topic: 'sala',
      event: 'x',
      extension: 'broadcast',
      private: 't',
      payload: '{"n": 1.10}',
      binary_payload: null,
    }
    const change: Change = { relation, type: 'INSERT', record, old: null, commitTimestamp: '' }
    const message = { topic: 'sala', isPrivate: true, event: 'x', id: 'i', payload: { json: '{"n": 1.10}' } }
    expect(messageOf(change)).toEqual(message)
    expect(messageOf({ ...change, relation: { ...relation, table: 'messages_2026_11_23' } })).toEqual(message)
    const changed = (values: object) => messageOf({ ...change, record: { ...record, ...values } })
    expect(changed({ private: 'f' })).toMatchObject({ isPrivate: false })
    expect(changed({ private: null })).toMatchObject({ isPrivate: false })
    expect(changed({ payload: null, event: null })).toMatchObject({ event: '', payload: { json: '{}' } })
    expect(changed({ payload: null, binary_payload: '\\x00ff' })).toMatchObject({
      payload: { binary: Buffer.from([0, 255]) },
    })
    expect(changed({ payload: null, binary_payload: '\\x' })).toMatchObject({
      payload: { binary: Buffer.alloc(0) },
    })
    for (const other of [
      changed({ extension: 'presence' }),
      messageOf({ ...change, type: 'UPDATE' }),
      messageOf({ ...change, type: 'DELETE', record: null, old: record }),
      messageOf({ ...change, relation: { ...relation, schema: 'public' } }),
      messageOf({ ...change, relation: { ...relation, table: 'messages_de_otro' } }),
    ])
      expect(other).toBeNull()
  })

  test('las publicaciones están hechas: la de los mensajes solo cuenta inserciones, por la tabla madre', async () => {
    expect(
      await sql(`select pubname, pubinsert, pubupdate, pubdelete, pubviaroot from pg_publication
        where pubname like 'supabase%' order by pubname`),
    ).toMatchObject([
      { pubname: 'supabase_realtime', pubupdate: true },
      {
        pubname: 'supabase_realtime_messages_publication',
        pubinsert: true,
        pubupdate: false,
        pubdelete: false,
        pubviaroot: true,
      },
    ])
    await sql('alter publication supabase_realtime add table public.cosas')
    await sql('alter publication supabase_realtime drop table public.cosas')
  })
})
