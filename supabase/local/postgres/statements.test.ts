import { readdir, readFile } from 'node:fs/promises'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { splitStatements } from './statements.ts'

test.each([
  ['', []],
  [' ;; -- nada\n/* ni /* esto */ ; */ ', []],
  ['select 1; select 2', ['select 1', 'select 2']],
  [
    "select ';', \"a;b\", 'it''s;', E'\\';' ; select 2",
    ["select ';', \"a;b\", 'it''s;', E'\\';'", 'select 2'],
  ],
  // Without an E a backslash is a backslash.
  ["select '\\'; select 2", ["select '\\'", 'select 2']],
  ['-- una; dos\nselect 1; -- tres\nselect 2;', ['-- una; dos\nselect 1', '-- tres\nselect 2']],
  ['select 1 /* a; /* b; */ c; */; select 2', ['select 1 /* a; /* b; */ c; */', 'select 2']],
  ['do $$ begin; end $$; select $a$ $$; $a$', ['do $$ begin; end $$', 'select $a$ $$; $a$']],
  // A dollar inside of a name, and the places of parameters.
  ['select a$b; select $1, b$ from c; select 3', ['select a$b', 'select $1, b$ from c', 'select 3']],
  [
    'create rule r as on insert to t do (select 1; select 2); select 3',
    ['create rule r as on insert to t do (select 1; select 2)', 'select 3'],
  ],
  [
    'create function f() returns int begin atomic select case when true then 1 end; select 2; end; select 3',
    [
      'create function f() returns int begin atomic select case when true then 1 end; select 2; end',
      'select 3',
    ],
  ],
  [
    'begin; update t set a = case when b then 1 end; end; select 1',
    ['begin', 'update t set a = case when b then 1 end', 'end', 'select 1'],
  ],
  ["select 'sin cerrar; y más", ["select 'sin cerrar; y más"]],
])('%j', (sql, statements) => {
  expect(splitStatements(sql)).toEqual(statements)
})

const QUOTED = [
  (text: string) => `'${text.replaceAll("'", "''")}'`,
  (text: string) => `"${text.replaceAll('"', '""')}"`,
  (text: string) => `$etiqueta$${text}$etiqueta$`,
  (text: string) => `/*${text.replace(/[*/]/g, '')}*/ x`,
  (text: string) => `--${text.replace(/\n/g, '')}\nx`,
]

test('lo que va entre comillas o en un comentario no corta nada', () => {
  const piece = fc
    .tuple(fc.constantFrom(...QUOTED), fc.string({ unit: fc.constantFrom(...'a;\'"$-*/ \n\\'.split('')) }))
    .filter(([, text]) => !text.includes('$etiqueta$'))
    .map(([quote, text]) => `select ${quote(text)}`)
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      expect(splitStatements(pieces.join(' ;\n'))).toEqual(pieces)
    }),
  )
})

test('partir nuestras migraciones no pierde ni añade nada', async () => {
  const folder = new URL('../../migrations/', import.meta.url)
  for (const file of await readdir(folder)) {
    const sql = await readFile(new URL(file, folder), 'utf8')
    const statements = splitStatements(sql)
    expect(statements.length).toBeGreaterThan(0)
    const bare = (text: string) => text.replace(/[\s;]+/g, '')
    expect(bare(sql).startsWith(bare(statements.join(';')))).toBe(true)
  }
})
