import { execFile } from 'node:child_process'
import { mkdir, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { generateX25519Identity, identityToRecipient } from 'age-encryption'
import fc from 'fast-check'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Database } from '../../server/db/types.ts'
import { anclar } from '../../server/evidencia/anclar.ts'
import { keyOfSeed, signedCheckpoint, verifierText } from '../../server/evidencia/checkpoint.ts'
import { listBackups, noteProof } from '../../supabase/local/backup/folders.ts'
import { readEntries, readHead } from '../../supabase/local/backup/manifest.ts'
import { expired } from '../../supabase/local/backup/retention.ts'
import { verifyFiles } from '../../supabase/local/backup/verify.ts'
import { bootstrap, databaseUrl } from '../../supabase/local/postgres/bootstrap.ts'
import { SUPERUSER } from '../../supabase/local/postgres/cluster.ts'
import { migrate } from '../../supabase/local/postgres/migrate.ts'
import { PROJECT_DIR } from '../../supabase/local/settings.ts'
import { sha256 } from '../support/sha256.ts'
import { connected, query } from '../support/sql.ts'
import { startSystemPostgres } from './system-postgres.ts'

vi.setConfig({ testTimeout: 90_000 })
const run = promisify(execFile)
const SCRIPTS = join(PROJECT_DIR, 'supabase/docker/respaldo')
const postgres = await startSystemPostgres()
afterAll(() => postgres.stop())
const url = databaseUrl(postgres, SUPERUSER)
const storage = join(postgres.dir, 'almacen')
const PDF = Buffer.from('%PDF-1.7 contrato de cacao')
const TYPE = 'user.supabase.content-type'
const OBJECT = `stub/stub/contratos/CT-2025-00014/contrato "final".pdf/11111111-1111-4111-8111-111111111111`

const env = (backups: string, more: NodeJS.ProcessEnv = {}) => ({
  ...postgres.env,
  RESPALDOS_DIR: join(postgres.dir, backups),
  STORAGE_DIR: storage,
  ...more,
})
const respaldo = (vars: NodeJS.ProcessEnv) => run(join(SCRIPTS, 'respaldo.sh'), { env: vars })
const restaurar = (vars: NodeJS.ProcessEnv, ...args: string[]) =>
  run(join(SCRIPTS, 'restaurar.sh'), args, { env: vars })

/** Name of the one backup that there is. */
async function only({ RESPALDOS_DIR }: { RESPALDOS_DIR: string }): Promise<string> {
  const [found, ...others] = await listBackups(RESPALDOS_DIR)
  expect(others).toEqual([])
  return found!.name
}

const ask = <Row extends pg.QueryResultRow>(text: string, values?: unknown[], at = url) =>
  query<Row>(at, text, values)

const signer = { name: 'cacao.example', key: keyOfSeed(Buffer.alloc(32, 7)) }
/** The database as the task that signs asks it. */
const asService = () =>
  ({
    as: () => ({ query: (q: { text: string }, values?: unknown[]) => ask(q.text, values) }),
  }) as unknown as Database

const COUNTS = `select (select count(*)::int from public.empresas) as empresas,
  (select count(*)::int from public.documentos_contrato) as documentos,
  (select format('%s %s', datdba::regrole, array(select a::text from unnest(datacl) as a order by 1)) from pg_database where datname = 'postgres') as base,
  (select setconfig from pg_db_role_setting where setrole = 0
    and setdatabase = (select oid from pg_database where datname = current_database())) as ajustes,
  (select count(*)::int from pg_policies where schemaname in ('public', 'storage')) as politicas,
  (select count(*)::int from pg_trigger where not tgisinternal) as disparadores`

beforeAll(async () => {
  await bootstrap(postgres)
  await migrate(databaseUrl(postgres, 'postgres'))
  await mkdir(join(storage, OBJECT, '..'), { recursive: true })
  await writeFile(join(storage, OBJECT), PDF)
  await run('setfattr', ['-n', TYPE, '-v', 'application/pdf', join(storage, OBJECT)])
  const [, , bucket, ...rest] = OBJECT.split('/')
  const version = rest.pop()
  await ask(
    `with objeto as (
       insert into storage.objects (bucket_id, name, version, metadata) values ($1, $2, $3, $4)),
     empresas as (
       insert into public.empresas (ruc, nombre, tipo) values
         ('0992741589001', 'Agroarriba', 'exportadora'), ('1291650372001', 'Centro Triboka', 'centro_acopio')
       returning id)
     select from empresas`,
    [bucket, rest.join('/'), version, JSON.stringify({ size: PDF.length, mimetype: 'application/pdf' })],
  )
  await ask(
    `insert into public.contratos (codigo, exportadora_id, contraparte_id, fecha_firma, volumen_tm, estado)
     select 'CT-2025-00014', min(id), max(id), '2025-01-20', 200, 'Activo' from public.empresas`,
  )
  await ask(
    `insert into public.documentos_contrato (contrato_id, tipo, nombre_archivo, url_archivo, sha256)
     select id, 'contrato', 'contrato.pdf', $1, $2 from public.contratos`,
    [`${bucket}/${rest.join('/')}`, sha256(PDF)],
  )
})

describe('el respaldo del autoalojado, con el pg_dump de su versión', () => {
  test('su manifiesto es el nuestro, y se prueba restaurando al lado del que sirve', async () => {
    const vars = env('claro')
    await respaldo(vars)
    const name = await only(vars)
    const folder = join(vars.RESPALDOS_DIR, name)
    expect(await readHead(folder)).toMatchObject({ tipo: 'logico', cifrado: null, filas: { empresas: 2 } })
    expect(await verifyFiles(folder, () => {})).toBe(4)
    const paths: string[] = []
    for await (const { ruta } of readEntries(folder)) paths.push(ruta)
    expect(paths).toContain(`archivos/${OBJECT}`)

    const { stdout } = await restaurar(vars, '--probar')
    expect(stdout).toContain('1 files; 1 documents are those that the database knows.')
    expect(await ask('select exito, carpeta from privado.respaldos order by id')).toEqual([
      { exito: true, carpeta: name },
      { exito: true, carpeta: name },
    ])
    expect(await ask(`select datname from pg_database where datname like 'restaurada%'`)).toEqual([])
  })

  test('no restaura sobre lo vivo: ni archivos, ni conexiones, ni contratos', async () => {
    const vars = env('claro')
    const name = await only(vars)
    await expect(restaurar(vars, name)).rejects.toThrow('never over living files')
    const empty = { ...vars, STORAGE_DIR: join(postgres.dir, 'otro') }
    await connected(url, () =>
      expect(restaurar(empty, name)).rejects.toThrow('1 connections use the database postgres'),
    )
    await expect(restaurar(empty, name)).rejects.toThrow('has 1 contracts')
  })

  test('se restaura entero en otro servidor, con los atributos de los archivos', async () => {
    const other = await startSystemPostgres()
    try {
      await bootstrap(other)
      const name = await only(env('claro'))
      const vars = { ...env('claro'), PGPORT: String(other.port), STORAGE_DIR: join(other.dir, 'almacen') }
      await mkdir(vars.STORAGE_DIR)
      const before = await ask(COUNTS)
      const otherUrl = databaseUrl(other, SUPERUSER)
      await ask(
        `create schema supabase_migrations;
         create table supabase_migrations.schema_migrations as select '20251231000000'::text as version`,
        [],
        otherUrl,
      )
      await expect(restaurar(vars, name)).rejects.toThrow('it belongs to another version of Triboka')
      await ask('drop schema supabase_migrations cascade', [], otherUrl)
      await restaurar(vars, name)
      expect(await ask(COUNTS, [], otherUrl)).toEqual(before)
      expect(await readFile(join(vars.STORAGE_DIR, OBJECT))).toEqual(PDF)
      const { stdout } = await run('getfattr', ['--only-values', '-n', TYPE, join(vars.STORAGE_DIR, OBJECT)])
      expect(stdout).toBe('application/pdf')
      await migrate(databaseUrl(other, 'postgres'))
    } finally {
      await other.stop()
    }
  })

  test('lo que no cambió se enlaza; lo que se dañó se copia de nuevo; lo truncado se rechaza', async () => {
    const vars = env('enlaces', { RESPALDO_COPIA: `echo "$1" >'${join(postgres.dir, 'copia')}'` })
    const again = async () => {
      await respaldo(vars)
      const folder = (await readFile(join(postgres.dir, 'copia'), 'utf8')).trim()
      return { folder, inode: (await stat(join(folder, 'archivos', OBJECT))).ino }
    }
    const [first, second] = [await again(), await again()]
    // The first of the day is gone: its file lives on in the second.
    expect(second.inode).toBe(first.inode)
    expect(await only(vars)).toMatch(/-2$/)
    await writeFile(join(second.folder, 'archivos', OBJECT), 'x'.repeat(PDF.length))
    const third = await again()
    expect(third.inode).not.toBe(second.inode)
    // One that had not been written to its end when it was copied.
    const partial = join(storage, OBJECT, '../a medias')
    await writeFile(partial, 'a')
    await again()
    await writeFile(partial, 'a medias')
    const { folder: whole } = await again()
    expect(await readFile(join(whole, 'archivos', OBJECT, '../a medias'), 'utf8')).toBe('a medias')
    await rm(partial)
    await restaurar(vars, '--probar')
    await truncate(join(whole, 'base.dump'), 100)
    await expect(restaurar(vars, '--probar')).rejects.toThrow(/base.dump has 100 bytes and not/)
    expect(await listBackups(vars.RESPALDOS_DIR)).toEqual([expect.objectContaining({ isGood: false })])
    expect((await ask('select fallido from privado.estado_respaldos()'))[0]).toEqual({ fallido: true })
  })

  test('cifrado con una clave o para un destinatario, solo lo abre quien la tiene', async () => {
    const key = await generateX25519Identity()
    const identity = join(postgres.dir, 'identidad.txt')
    await writeFile(identity, key)
    for (const [how, opens, message] of [
      [{ RESPALDO_CLAVE: 'tres cacaos' }, { RESPALDO_CLAVE: 'tres cacaos' }, 'RESPALDO_CLAVE does not open'],
      [
        { RESPALDO_DESTINATARIO: await identityToRecipient(key) },
        { RESPALDO_IDENTIDAD: identity },
        'set RESPALDO_IDENTIDAD',
      ],
    ] as const) {
      const dir = `cifrado-${message.length}`
      await respaldo(env(dir, how))
      await expect(restaurar(env(dir, { RESPALDO_CLAVE: 'otra' }), '--probar')).rejects.toThrow(message)
      expect((await restaurar(env(dir, opens), '--probar')).stdout).toContain('restores.')
    }
  })

  test('la última raíz firmada de lo restaurado es la del manifiesto, o no restaura', async () => {
    const { nota } = await anclar(asService(), [signer], [verifierText(signer)])
    const vars = env('raices')
    await respaldo(vars)
    const folder = join(vars.RESPALDOS_DIR, await only(vars))
    expect((await readHead(folder)).raiz).toBe(nota)
    expect((await restaurar(vars, '--probar')).stdout).toContain('signed root of the evidences is that of')
    // Whoever rewrote the history in the backup and every sum of it has not the root that was told outside.
    const manifest = join(folder, 'manifiesto.json')
    const other = signedCheckpoint({ origin: signer.name, size: 1, root: Buffer.alloc(32) }, signer)
    const text = await readFile(manifest, 'utf8')
    await writeFile(manifest, text.replace(JSON.stringify(nota), JSON.stringify(other)))
    await writeFile(
      join(folder, 'manifiesto.sha256'),
      `${sha256(await readFile(manifest))}  manifiesto.json\n`,
    )
    await expect(restaurar(vars, '--probar')).rejects.toThrow('is not that of the manifest')
    expect(await listBackups(vars.RESPALDOS_DIR)).toEqual([expect.objectContaining({ isGood: false })])
  })

  test('el de una base de antes de que constara si un papel es el que era se hace y se restaura igual', async () => {
    await ask('alter table public.documentos_contrato drop column verificacion cascade')
    const vars = env('de-antes')
    await respaldo(vars)
    const { stdout } = await restaurar(vars, '--probar')
    expect(stdout).toContain('1 files; 1 documents are those that the database knows.')
  })
})

test('quita los mismos que la pila embebida', async () => {
  const lists = fc
    .uniqueArray(
      fc.record({ age: fc.nat(90), second: fc.boolean(), proof: fc.constantFrom(true, false, null) }),
      {
        selector: ({ age, second }) => `${age} ${second}`,
        minLength: 10,
        maxLength: 60,
      },
    )
    .map((list) =>
      list
        .sort((a, b) => a.age - b.age || Number(b.second) - Number(a.second))
        .map(({ age, second, proof }) => ({
          name: `${new Date(Date.UTC(2026, 10, 26) - age * 86_400_000).toISOString().slice(0, 10)}${second ? '-2' : ''}`,
          isGood: proof !== false,
          isProven: proof === true,
        })),
    )
  let turn = 0
  await fc.assert(
    fc.asyncProperty(lists, async (list) => {
      const { RESPALDOS_DIR } = env(`retencion-${turn++}`)
      for (const { name, isGood, isProven } of list) {
        await mkdir(join(RESPALDOS_DIR, name), { recursive: true })
        if (!isGood || isProven) await noteProof(join(RESPALDOS_DIR, name), isGood, 'true: o no se abre')
      }
      const { stdout } = await run(
        'bash',
        [
          '-c',
          `. '${SCRIPTS}/comun.sh'; printf '%s\\n' "$@" | expired`,
          '_',
          ...list.map(({ name }) => name),
        ],
        { env: env(`retencion-${turn - 1}`) },
      )
      expect(stdout.split('\n').filter(Boolean)).toEqual(expired(list))
    }),
    { numRuns: 10 },
  )
})

test('shellcheck no encuentra nada', async () => {
  const scripts = (await readdir(SCRIPTS)).filter((name) => name.endsWith('.sh'))
  expect(scripts).toHaveLength(6)
  await run('shellcheck', ['-x', '-P', 'SCRIPTDIR', ...scripts], { cwd: SCRIPTS })
})
