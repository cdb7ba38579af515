import type { SupabaseClient } from '@supabase/supabase-js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { client } from '../support/client.ts'
import { sql } from '../support/sql.ts'
import { aMoment, until } from '../support/until.ts'
import { openClient, stack } from './support.ts'

const ANA = 'exportadora@agroarriba.test'

beforeAll(async () => {
  await sql(`
    create table public.cambios_abiertos (id bigint primary key, texto text, peso numeric, marcas text[], datos jsonb,
      cuando timestamptz, secreto text);
    revoke all on public.cambios_abiertos from anon, authenticated;
    grant select (id, texto, peso, marcas, datos, cuando) on public.cambios_abiertos to anon, authenticated;
    create table public.cambios_propios (id bigint primary key, dueno uuid, texto text);
    alter table public.cambios_propios replica identity full;
    alter table public.cambios_propios enable row level security;
    create policy propio on public.cambios_propios for select to authenticated using (dueno = auth.uid());
    revoke all on public.cambios_propios from anon, authenticated;
    grant select on public.cambios_propios to authenticated, service_role;
    alter publication supabase_realtime add table public.cambios_abiertos, public.cambios_propios;`)
})
afterAll(() => sql('drop table public.cambios_abiertos, public.cambios_propios'))

interface Heard {
  eventType: string
  new: Record<string, unknown>
  old: Record<string, unknown>
}

/** Subscribes to changes and waits until the server says that it listens. */
async function listen(client: SupabaseClient, ...bindings: object[]) {
  const heard: Heard[][] = bindings.map(() => [])
  const told: { status: string; message: string }[] = []
  let channel = client.channel(`cambios-${Math.random()}`)
  channel.on('system', {}, (message: (typeof told)[0]) => told.push(message))
  bindings.forEach((binding, index) => {
    channel = channel.on('postgres_changes' as 'system', binding, (change: Heard) =>
      heard[index]!.push(change),
    )
  })
  channel.subscribe()
  await until('the word of the server', () => told.length > 0)
  return { heard, told }
}

describe('cambios de Postgres', () => {
  test('una inserción, un cambio y un borrado llegan con sus valores y tipos', async () => {
    const client = await openClient()
    const { heard, told } = await listen(client, { event: '*', schema: 'public', table: 'cambios_abiertos' })
    expect(told[0]).toMatchObject({ status: 'ok', message: 'Subscribed to PostgreSQL' })
    await sql(`insert into public.cambios_abiertos values (1, 'a "b", {c}', 60.50, '{x,"y, z",null}', '{"k": [1]}',
      '2026-11-23 10:00:00-05', 'oculto')`)
    await sql(`update public.cambios_abiertos set texto = null where id = 1`)
    await sql(`delete from public.cambios_abiertos where id = 1`)
    await until('three changes', () => heard[0]!.length === 3)
    const [inserted, updated, deleted] = heard[0]!
    expect(inserted).toMatchObject({
      eventType: 'INSERT',
      schema: 'public',
      table: 'cambios_abiertos',
      errors: null,
    })
    expect(inserted!.new).toEqual({
      id: 1,
      texto: 'a "b", {c}',
      peso: 60.5,
      marcas: ['x', 'y, z', null],
      datos: { k: [1] },
      cuando: '2026-11-23T15:00:00+00:00',
    })
    expect(updated).toMatchObject({ eventType: 'UPDATE', new: { id: 1, texto: null }, old: { id: 1 } })
    expect(deleted).toMatchObject({ eventType: 'DELETE', old: { id: 1 } })
  })

  test('los filtros y select deciden qué llega a cada suscripción de un canal', async () => {
    const client = await openClient()
    const on = (filter: string, more = {}) => ({
      event: 'INSERT',
      schema: 'public',
      table: 'cambios_abiertos',
      filter,
      ...more,
    })
    const filters = [
      'texto=eq.fino',
      'texto=neq.fino',
      'peso=gt.50',
      'peso=gte.60.0,peso=lt.100',
      'texto=in.(fino,"de, aroma")',
      'texto=like.f%',
      'texto=ilike.F%',
      'texto=is.null',
      'texto=not.is.null',
      'texto=match.^f.no$',
      'texto=isdistinct.fino',
      'texto=not.in.(fino,corriente)',
    ]
    const { heard } = await listen(
      client,
      ...filters.map((filter) => on(filter)),
      on('id=eq.13', { select: ['id'] }),
    )
    const rows: [number, string | null, number][] = [
      [10, 'fino', 60],
      [11, 'de, aroma', 45.5],
      [12, null, 200],
      [13, 'corriente', 50],
    ]
    for (const row of rows)
      await sql('insert into public.cambios_abiertos (id, texto, peso) values ($1, $2, $3)', row)
    await until('the last', () => heard.at(-1)!.length === 1)
    await aMoment()
    expect(heard.map((list) => list.map((change) => change.new.id))).toEqual([
      [10],
      [11, 13],
      [10, 12],
      [10],
      [10, 11],
      [10],
      [10],
      [12],
      [10, 11, 13],
      [10],
      [11, 12, 13],
      [11],
      [13],
    ])
    expect(heard.at(-1)![0]!.new).toEqual({ id: 13 })
  })

  test('con RLS cada uno ve lo suyo, y de un borrado solo la llave', async () => {
    const [ana, rival] = [
      await openClient({ email: ANA }),
      await openClient({ email: 'exportadora@rival.test' }),
    ]
    const admin = client(stack.supabaseUrl, stack.secretKey)
    const binding = { event: '*', schema: 'public', table: 'cambios_propios' }
    const mine = await listen(ana, binding)
    const theirs = await listen(rival, binding)
    const all = await listen(admin, binding)
    const id = (await ana.auth.getUser()).data.user!.id
    await sql('insert into public.cambios_propios values (1, $1, $2), (2, null, $2)', [id, 'mío'])
    // Whether a row is one's own is asked while it is there.
    await until('the insertion', () => mine.heard[0]!.length === 1)
    await sql(`update public.cambios_propios set texto = 'nuevo' where id = 1`)
    await until('the change', () => mine.heard[0]!.length === 2)
    await sql('delete from public.cambios_propios where id = 1')
    await until('what each may see', () => all.heard[0]!.length === 4 && mine.heard[0]!.length === 3)
    await aMoment()
    await admin.realtime.disconnect()
    expect(mine.heard[0]!.map((change) => [change.eventType, change.new, change.old])).toEqual([
      ['INSERT', { id: 1, dueno: id, texto: 'mío' }, {}],
      ['UPDATE', { id: 1, dueno: id, texto: 'nuevo' }, { id: 1, dueno: id, texto: 'mío' }],
      ['DELETE', {}, { id: 1 }],
    ])
    expect(theirs.heard[0]!.map((change) => [change.eventType, change.old])).toEqual([['DELETE', { id: 1 }]])
  })

  test('una columna que no se puede leer no se filtra ni se pide; una tabla sin publicar se niega', async () => {
    const client = await openClient()
    const refused = async (binding: object) => (await listen(client, binding)).told[0]
    const table = { event: '*', schema: 'public', table: 'cambios_abiertos' }
    expect(await refused({ ...table, filter: 'secreto=eq.oculto' })).toMatchObject({
      status: 'error',
      message: expect.stringContaining('Exception: invalid column for filter secreto'),
    })
    expect(await refused({ ...table, select: ['id', 'secreto'] })).toMatchObject({ status: 'error' })
    expect(await refused({ ...table, filter: 'id=eq.uno' })).toMatchObject({ status: 'error' })
    expect(await refused({ ...table, filter: 'id~uno' })).toMatchObject({ status: 'error' })
    expect(await refused({ event: '*', schema: 'auth', table: 'users' })).toMatchObject({ status: 'error' })
    expect(await refused({ ...table, table: 'cambios_propios' })).toMatchObject({ status: 'error' })
  })
})
