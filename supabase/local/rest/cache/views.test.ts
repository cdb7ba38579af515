import { describe, expect, test } from 'vitest'
import { originsOf, primaryKeyOfView, type View, waysToShow } from './views.ts'

const entry = (column: number, table: number, number: number, inside = '') =>
  `{TARGETENTRY :expr {VAR :varno 1 ${inside}} :resno ${column} :resname x :ressortgroupref 0 ` +
  `:resorigtbl ${table} :resorigcol ${number} :resjunk false}`
const query = (entries: string, rtable = '<>') =>
  `({QUERY :commandType 1 :rtable ${rtable} :jointree {FROMEXPR :fromlist <> :quals <>} ` +
  `:targetList (${entries}) :override 0 :onConflict <> :havingQual <>})`

describe('originsOf', () => {
  test('dice de qué columna viene cada una, y calla las calculadas', () => {
    expect(originsOf(query(`${entry(1, 500, 3)} ${entry(2, 0, 0)} ${entry(3, 501, 1)}`))).toEqual([
      { column: 1, table: 500, number: 3 },
      { column: 3, table: 501, number: 1 },
    ])
  })

  test('no toma las de una consulta que hay dentro, delante ni en una expresión', () => {
    const inner = query(entry(1, 900, 9)).slice(1, -1)
    const rule = query(
      `${entry(1, 500, 3, `:subselect ${inner}`)} ${entry(2, 500, 4)}`,
      `({RANGETBLENTRY :subquery ${inner} :rtekind 1})`,
    )
    expect(originsOf(rule)).toEqual([
      { column: 1, table: 500, number: 3 },
      { column: 2, table: 500, number: 4 },
    ])
  })

  test('un nombre con llaves, espacios o palabras de la regla no la confunde', () => {
    const odd = ':colname \\{\\ :targetList\\ \\(\\}\\}\\ :resno\\ 7\\ \\\\'
    expect(originsOf(query(entry(1, 500, 3, odd)))).toEqual([{ column: 1, table: 500, number: 3 }])
  })
})

describe('lo que una vista muestra de una tabla', () => {
  const view: View = {
    oid: 9,
    schema: 'public',
    name: 'v',
    tables: new Set([500]),
    shown: new Map([
      ['500.1', ['a', 'otra_a']],
      ['500.2', ['b']],
    ]),
  }

  test('una columna que está dos veces da dos maneras', () => {
    expect(
      waysToShow(view, 500, [
        [1, 'x'],
        [2, 'y'],
      ]),
    ).toEqual([
      ['a', 'b'],
      ['otra_a', 'b'],
    ])
  })

  test('una clave que no está entera no es ninguna', () => {
    expect(
      waysToShow(view, 500, [
        [1, 'x'],
        [3, 'z'],
      ]),
    ).toEqual([])
    const key = { kind: 'p' as const, name: 'k', foreign: null, foreignColumns: [] }
    const table = { oid: 500, schema: 'public', name: 't' }
    const of = (columns: [number, string][]) =>
      primaryKeyOfView(view, new Map([[500, { ...key, table, columns }]]))
    expect(
      of([
        [1, 'x'],
        [2, 'y'],
      ]),
    ).toEqual(['a', 'b'])
    expect(
      of([
        [1, 'x'],
        [3, 'z'],
      ]),
    ).toEqual([])
  })
})
