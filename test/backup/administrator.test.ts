// What an administrator made as `postgres`, who is no superuser, comes through a restore of the self-hosted Supabase.
// Supabase's library supautils lets postgres make it, and refuses a superuser who would make it in his stead. It is not
// here; what is: Postgres refuses to give such things to postgres, and a library that cannot be loaded ends every
// session that does not leave the preloaded ones out.
import { execFile } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, inject, onTestFinished, test, vi } from 'vitest'
import { listBackups } from '../../supabase/local/backup/folders.ts'
import { loadKeys } from '../../supabase/local/keys.ts'
import { bootstrap, databaseUrl } from '../../supabase/local/postgres/bootstrap.ts'
import { SUPERUSER } from '../../supabase/local/postgres/cluster.ts'
import { migrate } from '../../supabase/local/postgres/migrate.ts'
import { PROJECT_DIR } from '../../supabase/local/settings.ts'
import { query } from '../support/sql.ts'
import { startSystemPostgres } from './system-postgres.ts'

vi.setConfig({ testTimeout: 90_000 })
const run = promisify(execFile)
const script = (name: string) => join(PROJECT_DIR, 'supabase/docker/respaldo', name)
const postgres = await startSystemPostgres()
afterAll(() => postgres.stop())

// The test's own sessions leave the preloaded libraries out as well.
const bare = (url: string) => `${url}?options=-c%20session_preload_libraries%3D`
const here = databaseUrl(postgres, SUPERUSER)
const storage = join(postgres.dir, 'almacen')
const OBJECT = 'stub/stub/contratos/CT-2025-00014/contrato.pdf/11111111-1111-4111-8111-111111111111'
const TYPE = 'user.supabase.content-type'

/** The server loads a library into each session from now on. */
async function preload(library: string, url: string) {
  const value = library ? `set session_preload_libraries = '${library}'` : 'reset session_preload_libraries'
  await query(bare(url), `alter system ${value}`)
  await query(bare(url), 'select pg_reload_conf()')
  const refused = () =>
    query(url, 'select').then(
      () => '',
      (error) => String(error),
    )
  await expect.poll(refused).toEqual(library ? expect.stringContaining(library) : '')
}

beforeAll(async () => {
  await bootstrap(postgres)
  await migrate(databaseUrl(postgres, 'postgres'))
  await mkdir(dirname(join(storage, OBJECT)), { recursive: true })
  await writeFile(join(storage, OBJECT), '%PDF-1.7 contrato de cacao')
  await run('setfattr', ['-n', TYPE, '-v', 'application/pdf', join(storage, OBJECT)])
  await query(
    here,
    `create table public.disparos (quien text);
     create materialized view public.vistas as select 1 as vez;
     create function public.exige_rls() returns event_trigger language plpgsql
       as $f$ begin insert into public.disparos values (current_user); end $f$;
     alter function public.exige_rls() owner to postgres;
     grant insert on public.disparos to postgres`,
  )
  // As supautils does it: its owner is a superuser for as long as nobody sees it.
  await query(
    here,
    `alter role postgres superuser;
     create foreign data wrapper envoltorio;
     alter foreign data wrapper envoltorio owner to postgres;
     create publication todo for all tables with (publish = 'insert');
     alter publication todo owner to postgres;
     create event trigger exige_rls on ddl_command_end execute function public.exige_rls();
     comment on event trigger exige_rls is 'De un administrador';
     alter event trigger exige_rls owner to postgres;
     alter role postgres nosuperuser`,
  )
})

const OWNED = `select
  (select json_agg(json_build_array(evtname, evtowner::regrole) order by evtname) from pg_event_trigger) as disparadores,
  (select obj_description(oid, 'pg_event_trigger') from pg_event_trigger where evtname = 'exige_rls') as comentario,
  (select json_agg(json_build_array(fdwname, fdwowner::regrole)) from pg_foreign_data_wrapper) as envoltorios,
  (select json_agg(pubname) from pg_publication where pubowner = 'postgres'::regrole and puballtables) as publicaciones,
  (select json_agg(vez) from public.vistas) as vistas,
  (select count(*)::int from public.disparos) as disparos,
  (select rolsuper from pg_roles where rolname = 'postgres') as superusuario`

test('en el Postgres 17 del autoalojado, sus sesiones no corren disparadores de eventos, ni los de entrar', async () => {
  const { databaseUrl: owner, dataDir } = inject('stack')
  const { dbPassword } = await loadKeys(dataDir)
  const { stdout } = await run(
    'bash',
    [
      '-c',
      '. "$0"; . "$1"; leave_guards_out; ask "show event_triggers"; ask "show session_preload_libraries"',
      script('comun.sh'),
      script('duenos.sh'),
    ],
    {
      env: {
        ...postgres.env,
        PGPORT: new URL(owner).port,
        PGPASSWORD: dbPassword,
        PGOPTIONS: '-c session_preload_libraries=no_existe',
      },
    },
  )
  expect(stdout).toBe('off\n\n')
})

test.each([
  ['sin cifrar', {}],
  ['cifrado', { RESPALDO_CLAVE: 'tres cacaos' }],
])(
  'vuelve suyo de un respaldo %s: ni las bibliotecas del servidor ni sus disparadores corren al restaurar',
  async (how, secret) => {
    const before = await query(here, OWNED)
    expect(before).toMatchObject([
      {
        disparadores: expect.arrayContaining([
          ['exige_rls', 'postgres'],
          ['pgrst_ddl_watch', SUPERUSER],
        ]),
        envoltorios: [['envoltorio', 'postgres']],
        publicaciones: ['todo'],
        superusuario: false,
      },
    ])
    const env = {
      ...postgres.env,
      ...secret,
      RESPALDOS_DIR: join(postgres.dir, `respaldos-${how}`),
      STORAGE_DIR: storage,
    }
    await run(script('respaldo.sh'), { env })

    await preload('no_existe', here)
    try {
      expect((await run(script('restaurar.sh'), ['--probar'], { env })).stdout).toContain('restores.')
    } finally {
      await preload('', here)
    }

    const other = await startSystemPostgres()
    onTestFinished(() => other.stop())
    await bootstrap(other)
    const [there, target] = [databaseUrl(other, SUPERUSER), join(other.dir, 'almacen')]
    await preload('no_existe', there)
    await mkdir(target)
    const [backup] = await listBackups(env.RESPALDOS_DIR)
    await run(script('restaurar.sh'), [backup!.name], {
      env: { ...env, PGPORT: String(other.port), STORAGE_DIR: target },
    })
    expect(await query(bare(there), OWNED)).toEqual(before)
    expect(await readFile(join(target, OBJECT), 'utf8')).toBe('%PDF-1.7 contrato de cacao')
    const { stdout } = await run('getfattr', ['--only-values', '-n', TYPE, join(target, OBJECT)])
    expect(stdout).toBe('application/pdf')
  },
)
