// npm run db:diff, on a project of a table: the migration that it writes makes what the schemas say.
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { writeMigration } from '../../scripts/diff/write.ts'
import { describe as tell } from '../../supabase/local/postgres/catalog.ts'

// Whole databases are made, on a machine that does more besides.
vi.setConfig({ testTimeout: 90_000 })

const BASE = `
create schema privado;
create table public.cosas (
  id bigint generated always as identity primary key,
  nombre text not null,
  nota text
);
comment on table public.cosas is 'Cosas.';
alter table public.cosas enable row level security;
revoke all on public.cosas from anon, authenticated, service_role;
grant select, insert (nombre, nota) on public.cosas to authenticated;
`

let dir: string
const folder = (name: string) => pathToFileURL(`${join(dir, name)}/`)
const diff = (name = 'un_cambio') => writeMigration(name, folder('migrations'), folder('schemas'))
const write = (path: string, sql: string) => writeFile(join(dir, path), sql)
const migrations = () => readdir(join(dir, 'migrations'))

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'triboka-diff-'))
  await mkdir(join(dir, 'migrations'))
  await mkdir(join(dir, 'schemas/10_cosas'), { recursive: true })
  await write('migrations/20260101000000_base.sql', `-- Why: x\n${BASE}`)
  await write('schemas/10_cosas/10_cosas.sql', BASE)
})
afterEach(() => rm(dir, { recursive: true, force: true }))

test('donde no hay nada que cambiar no escribe nada', async () => {
  expect(await diff()).toBeNull()
  expect(await migrations()).toEqual(['20260101000000_base.sql'])
})

test('lo que escribe da lo de los esquemas: tablas, funciones, políticas, permisos, comentarios, publicaciones', async () => {
  await write(
    'schemas/10_cosas/10_cosas.sql',
    BASE.replace('Cosas.', `Cosas de "nombre".`).replace('insert (nombre, nota)', 'insert (nombre)'),
  )
  await write(
    'schemas/10_cosas/20_partes.sql',
    `create function privado.sellar() returns trigger language plpgsql set search_path = '' as $$
begin
  -- "nueva", tal como viene
  perform privado.anotar();
  return new;
end $$;
comment on function privado.sellar() is 'Sella.';
revoke all on function privado.sellar() from public;
create table public.partes (
  id bigint generated always as identity primary key,
  cosa_id bigint not null references public.cosas (id),
  peso numeric(10, 2) not null default 0 check (peso >= 0)
);
comment on column public.partes.peso is 'kg';
create index partes_cosa_idx on public.partes (cosa_id);
alter table public.partes enable row level security;
create policy select_todas on public.partes for select to authenticated using (true);
create policy ver_cosas on storage.objects for select to authenticated using (bucket_id = 'cosas');
revoke all on public.partes from anon, authenticated, service_role;
revoke all on sequence public.partes_id_seq from anon, authenticated, service_role;
grant select, insert (cosa_id, peso), update (peso) on public.partes to authenticated;
create trigger _100_sellar before insert on public.partes for each row execute function privado.sellar();
comment on trigger _100_sellar on public.partes is 'Sella.';
alter publication supabase_realtime add table public.partes;`,
  )
  await write(
    'schemas/10_cosas/30_anotar.sql',
    `create function privado.anotar() returns void language sql as '';`,
  )

  const written = (await diff())!
  expect({ ...written, file: '' }).toEqual({
    file: '',
    failure: null,
    left: [],
    destructive: [],
    rewriting: [],
    renamed: [],
    unknown: [],
  })
  expect(written.file).toMatch(/^\d{14}_un_cambio\.sql$/)
  const sql = await readFile(join(dir, 'migrations', written.file), 'utf8')
  expect(sql).toMatch(
    /^-- Why: …\n-- Touches: .*public\.cosas, public\.partes, [^.]+\.[^;]+\.\n-- Destructive: no\.\n\n/,
  )
  expect(sql).toContain('revoke insert (nota) on table public.cosas from authenticated;')
  expect(sql).toContain('revoke all on table public.partes from anon, authenticated, service_role;')
  // A word of Postgres 17, which the tests of a server may not have.
  expect(sql).not.toContain('maintain')
  expect(sql).toContain('grant select on table public.partes to authenticated;')
  expect(sql).toContain('-- "nueva", tal como viene')
  expect(await diff()).toBeNull()
})

test('de un permiso de toda la tabla a uno de sus columnas, las que ya lo tenían lo conservan', async () => {
  await write('migrations/20260102000000_ver.sql', 'grant select (nombre) on public.cosas to authenticated;')
  await write(
    'schemas/10_cosas/10_cosas.sql',
    BASE.replace('grant select,', 'grant select (nombre), select (nota),'),
  )
  expect(await diff()).toMatchObject({ failure: null, left: [] })
})

test('señala lo que destruye y lo que parece cambiar de nombre', async () => {
  await write(
    'schemas/10_cosas/10_cosas.sql',
    BASE.replace(/nota\b/g, 'apunte').replace('nombre text', 'nombre varchar(10)'),
  )
  const written = (await diff())!
  expect(written.destructive.map((sql) => sql.replace(/\s+/g, ' ')).sort()).toEqual([
    'alter table public.cosas alter column nombre type character varying(10) using nombre::character varying(10)',
    'alter table public.cosas drop column nota',
  ])
  expect(written.renamed).toEqual(['column public.cosas.nota → public.cosas.apunte'])
  expect(await readFile(join(dir, 'migrations', written.file), 'utf8')).toMatch(/^-- Destructive: yes, …$/m)
})

test('dice lo que queda por escribir a mano: filas, y el orden de las columnas', async () => {
  await write(
    'schemas/10_cosas/10_cosas.sql',
    `${BASE.replace('nombre text', 'color text, nombre text')} insert into public.cosas (nombre) values ('una');`,
  )
  const { failure, left } = (await diff())!
  expect(failure).toBeNull()
  expect(left.map((difference) => tell(difference, ['migraciones', 'esquemas']))).toEqual([
    expect.stringMatching(/^column public\.cosas\.color: place\n {4}migraciones: 4\n {4}esquemas: 2$/),
    expect.stringMatching(/^column public\.cosas\.nombre: place/),
    expect.stringMatching(/^column public\.cosas\.nota: place/),
    expect.stringMatching(/^rows public\.cosas \{.*"nombre": "una".*\}: solo en esquemas$/),
  ])
})

test('un nombre que no lo es, o un esquema que Postgres no entiende, se dicen sin escribir nada', async () => {
  await expect(diff('Un cambio')).rejects.toThrow('"Un cambio" is not a name')
  await write(
    'schemas/10_cosas/20_mal.sql',
    '-- Nada.\n\n-- Y esto:\ncreate table public.otras (\n  id nada\n);',
  )
  await expect(diff()).rejects.toThrow(
    /^supabase\/schemas\/10_cosas\/20_mal\.sql:5: type "nada" does not exist/,
  )
  await write('schemas/10_cosas/20_mal.sql', 'create schema otro;\n\n-- Ya está:\ncreate schema privado;')
  await expect(diff()).rejects.toThrow(
    /^supabase\/schemas\/10_cosas\/20_mal\.sql:4: schema "privado" already/,
  )
  expect(await migrations()).toHaveLength(1)
})
