import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connect } from './support.ts'

// What a Supabase database gives to role postgres: what migrations may count on, and no more.
const ROLES = [
  'anon',
  'authenticated',
  'authenticator',
  'pg_create_subscription',
  'pg_monitor',
  'pg_read_all_data',
  'pg_signal_backend',
  'service_role',
  'supabase_privileged_role',
]
const TABLAS = ['auth.users', 'auth.sessions', 'storage.objects', 'storage.buckets', 'realtime.messages']

let client: pg.Client
beforeAll(async () => {
  client = await connect()
})
afterAll(() => client.end())

const una = async (sql: string) =>
  (await client.query({ text: sql, rowMode: 'array' })).rows.map(([valor]) => valor)

/** Runs statements as postgres and undoes them. @returns the state of the one that failed, if any did. */
async function estado(...sentencias: string[]): Promise<string> {
  await client.query('begin')
  try {
    for (const sql of sentencias) await client.query(sql)
    return '00000'
  } catch (error) {
    return (error as pg.DatabaseError).code ?? String(error)
  } finally {
    await client.query('rollback')
  }
}

describe('postgres puede aquí lo que en Supabase, y no más', () => {
  test('no es superusuario, ni miembro de los dueños de las tablas de la pila', async () => {
    expect(await una(`select rolsuper from pg_roles where rolname = 'postgres'`)).toEqual([false])
    const roles = await una(
      `select roleid::regrole::text from pg_auth_members where member = 'postgres'::regrole order by 1`,
    )
    expect(roles.filter((rol) => !ROLES.includes(rol))).toEqual([])
    for (const rol of ['supabase_auth_admin', 'supabase_storage_admin', 'supabase_realtime_admin'])
      expect(await estado(`set local role ${rol}`), rol).toBe('42501')
  })

  test('no tiene nada propio en auth, storage ni realtime, ni hace nada nuevo allí', async () => {
    const esquemas = `'auth'::regnamespace, 'storage'::regnamespace, 'realtime'::regnamespace`
    expect(
      await una(`
        select relname from pg_class where relnamespace in (${esquemas}) and pg_has_role('postgres', relowner, 'usage')
        union all
        select proname from pg_proc where pronamespace in (${esquemas}) and pg_has_role('postgres', proowner, 'usage')`),
    ).toEqual([])
    for (const esquema of ['auth', 'storage', 'realtime'])
      expect(await estado(`create table ${esquema}.prueba_bootstrap (a int)`), esquema).toBe('42501')
  })

  test.each(TABLAS)('de %s escribe políticas y quita disparadores, y nada más', async (tabla) => {
    const politica = `create policy prueba_bootstrap on ${tabla} for select to authenticated using (false)`
    expect(await estado(politica, `alter policy prueba_bootstrap on ${tabla} using (true)`)).toBe('00000')
    expect(await estado(politica, `drop policy prueba_bootstrap on ${tabla}`)).toBe('00000')
    expect(await estado(`drop trigger if exists prueba_bootstrap on ${tabla}`)).toBe('00000')
    for (const sql of [
      `alter table ${tabla} add column prueba_bootstrap int`,
      `alter table ${tabla} disable row level security`,
      `alter table ${tabla} disable trigger all`,
      `create index prueba_bootstrap on ${tabla} ((true))`,
      `comment on policy prueba_bootstrap on ${tabla} is ''`,
      `grant supabase_storage_admin to postgres`,
    ])
      expect(await estado(politica, sql), sql).toBe('42501')
  })

  test('de auth.users y storage.objects hace disparadores, y los quita', async () => {
    for (const tabla of ['auth.users', 'storage.objects']) {
      const nombre = `prueba_bootstrap_${tabla.replace('.', '_')}`
      const hace = [
        `create function privado.${nombre}() returns trigger language plpgsql set search_path = '' as 'begin return null; end'`,
        `create trigger ${nombre} after insert on ${tabla} for each row execute function privado.${nombre}()`,
      ]
      expect(await estado(...hace, `drop trigger ${nombre} on ${tabla}`)).toBe('00000')
    }
  })

  test('los demás roles no ganan nada con una política', async () => {
    expect(
      await estado(
        'set local role authenticated',
        'create policy prueba_bootstrap on storage.objects using (true)',
      ),
    ).toBe('42501')
  })
})

test('los roles de la API tienen de realtime.messages lo que en Supabase: leer, escribir y cambiar', async () => {
  for (const rol of ['anon', 'authenticated', 'service_role'])
    expect(
      await una(`
        select verbo from unnest(array['select', 'insert', 'update', 'delete', 'truncate', 'references', 'trigger']) as verbo
        where has_table_privilege('${rol}', 'realtime.messages', verbo)`),
      rol,
    ).toEqual(['select', 'insert', 'update'])
})

test('storage-api y Realtime llegan a ser quien llama; Auth, nadie', async () => {
  const puede = (de: string) =>
    una(
      `select rol from unnest(array['anon', 'authenticated', 'service_role']) as rol where pg_has_role('${de}', rol, 'set')`,
    )
  const todos = ['anon', 'authenticated', 'service_role']
  expect(await puede('supabase_storage_admin')).toEqual(todos)
  expect(await puede('supabase_realtime_admin')).toEqual(todos)
  expect(await puede('supabase_auth_admin')).toEqual([])
})
