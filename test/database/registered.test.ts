// What binds whoever writes storage.objects: storage-api ends each of its ways (upload, copy, S3, TUS, a signed link)
// with one of these statements, as the service role or as the owner of the table.
import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import { describe, expect, inject, test } from 'vitest'
import { connected } from '../support/sql.ts'
import { makeWorld, type World } from './world.ts'

const ROLES = ['service_role', 'supabase_storage_admin', 'postgres', 'supabase_admin']
const REGISTRADO = { code: '23505', message: 'objeto_registrado' }

/** As a superuser, who may be anybody, in a transaction that is undone. */
const withWorld = (work: (client: pg.Client, mundo: World) => Promise<void>) =>
  connected(
    Object.assign(new URL(inject('stack').databaseUrl), { username: 'supabase_admin' }).href,
    async (client) => {
      await client.query('begin')
      await client.query('set local role postgres')
      const mundo = await makeWorld(client)
      await client.query('reset role')
      await work(client, mundo)
      await client.query('rollback')
    },
  )

/** One statement as a role; what it does stays undone. */
async function tryAs(client: pg.Client, role: string, text: string, values: unknown[]): Promise<void> {
  await client.query('savepoint intento')
  try {
    await client.query(
      `select set_config('role', $1, true), set_config('storage.allow_delete_query', 'true', true)`,
      [role],
    )
    await client.query(text, values)
  } finally {
    await client.query('rollback to savepoint intento')
  }
}

const UPSERT = `insert into storage.objects (bucket_id, name, owner_id, version, metadata)
  values ('contratos', $1, null, '${randomUUID()}', '{"size": 3}') on conflict (bucket_id, name) do update set `

describe.each(ROLES)('el archivo de un documento, como %s', (role) => {
  test.each([
    ['no se reemplaza', `${UPSERT} version = excluded.version, metadata = excluded.metadata`],
    ['no cambia de versión', `update storage.objects set version = gen_random_uuid()::text where name = $1`],
    ['no cambia de tamaño', `update storage.objects set metadata = '{"size": 3}' where name = $1`],
    ['no se mueve', `update storage.objects set name = $1 || '.old' where name = $1`],
    ['no cambia de bucket', `update storage.objects set bucket_id = 'lotes' where name = $1`],
    ['no se borra', 'delete from storage.objects where name = $1'],
  ])('%s', (_rule, text) =>
    withWorld(async (client, mundo) => {
      await expect(
        tryAs(client, role, text, [`${mundo.contrato.codigo}/factura_001.pdf`]),
      ).rejects.toMatchObject(REGISTRADO)
    }),
  )

  test('no deja su nombre a otro, si se pierde', () =>
    withWorld(async (client, mundo) => {
      const { codigo } = mundo.contrato
      await client.query('set local session_replication_role = replica')
      await client.query('delete from storage.objects where name = $1', [`${codigo}/factura_001.pdf`])
      await client.query('set local session_replication_role = origin')
      await client.query(`insert into storage.objects (bucket_id, name) values ('contratos', $1)`, [
        `${codigo}/b.pdf`,
      ])
      for (const [text, name] of [
        [
          `insert into storage.objects (bucket_id, name) values ('contratos', $1)`,
          `${codigo}/factura_001.pdf`,
        ],
        [
          `update storage.objects set name = replace($1, 'b.pdf', 'factura_001.pdf') where name = $1`,
          `${codigo}/b.pdf`,
        ],
      ] as const)
        await expect(tryAs(client, role, text, [name])).rejects.toMatchObject(REGISTRADO)
    }))
})

test.each(['supabase_storage_admin', 'supabase_admin'])('como %s no se borran todos a la vez', (role) =>
  withWorld((client) =>
    expect(tryAs(client, role, 'truncate storage.objects cascade', [])).rejects.toMatchObject(REGISTRADO),
  ),
)

test('quien vacía la base a propósito borra antes los documentos', () =>
  withWorld(async (client, mundo) => {
    const name = `${mundo.contrato.codigo}/factura_001.pdf`
    await client.query(`select set_config('storage.allow_delete_query', 'true', true)`)
    await client.query('set local session_replication_role = replica')
    await client.query('delete from public.documentos_contrato where contrato_id = $1', [mundo.contrato.id])
    await client.query('set local session_replication_role = origin')
    expect((await client.query('delete from storage.objects where name = $1', [name])).rowCount).toBe(1)
  }))
