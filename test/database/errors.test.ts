import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PROJECT_DIR } from '../../supabase/local/settings.ts'
import { connect } from './support.ts'

interface Raised {
  clave: string
  status: string
  detalle: string | undefined
  campo: string | undefined
}

const RAISE = /raise exception '([^']*)'(?: using errcode = '(\w{5})')?([^;]*);/g

/** Beside PT4xx, the states that storage-api passes on to its clients as a 4xx. */
const STATUS: Record<string, string> = { '42501': '403', '23505': '409' }

let client: pg.Client
/** What the functions of the database raise, read from the database itself. */
let raised: Raised[]
/** The first table of the catalogue: key → the cells that follow it. */
let rows: Map<string, string[]>
let catalogue: string

beforeAll(async () => {
  client = await connect()
  const { rows: functions } = await client.query<{ prosrc: string }>(
    `select prosrc from pg_proc where pronamespace in ('public'::regnamespace, 'privado'::regnamespace)`,
  )
  raised = functions.flatMap(({ prosrc }) =>
    [...prosrc.matchAll(RAISE)].map(([, clave = '', state = '', rest = '']) => ({
      clave,
      status: STATUS[state] ?? /^PT(\d{3})$/.exec(state)?.[1] ?? '',
      detalle: /detail = '([^']*)'/.exec(rest)?.[1],
      campo: /hint = '([^']*)'/.exec(rest)?.[1],
    })),
  )
  catalogue = await readFile(join(PROJECT_DIR, 'docs/errores.md'), 'utf8')
  rows = new Map(
    [...catalogue.matchAll(/^\| `(\w+)` \| (\d{3}.*)$/gm)].map(([, clave = '', rest = '']) => [
      clave,
      rest.split('|').map((cell) => cell.trim().replaceAll('\\<', '<')),
    ]),
  )
})
afterAll(() => client.end())

describe('el catálogo de errores', () => {
  test('todo lo que lanza la base tiene clave estable, un estado 4xx y un mensaje', () => {
    expect(raised.length).toBeGreaterThan(25)
    for (const { clave, status, detalle } of raised) {
      expect(clave).toMatch(/^[a-z]+(_[a-z]+)+$/)
      expect(status).toMatch(/^4\d\d$/)
      expect(detalle).toMatch(/^[A-ZÁÉÍÓÚ].*\.$/)
    }
  })

  test('está listado con su estado HTTP y su campo', () => {
    for (const { clave, status, campo } of raised) {
      expect(rows.get(clave)?.[0], clave).toBe(status)
      if (campo) expect(rows.get(clave)?.[2], clave).toContain(`\`${campo}\``)
    }
  })

  test('dice el mismo mensaje', () => {
    for (const { clave, detalle } of raised) {
      // One key with two wordings, one per side of the contract.
      if (clave !== 'contrato_ajeno') expect(rows.get(clave)?.[1]).toBe(detalle)
    }
  })

  test('lista cada restricción que el dato de un cliente puede violar', async () => {
    // A primary key that the database itself generates cannot be violated.
    const { rows: constraints } = await client.query<{ conname: string }>(
      `select k.conname from pg_constraint k where k.connamespace = 'public'::regnamespace and k.contype in ('c', 'u', 'f', 'p')
         and not exists (
           select from pg_attribute a where a.attrelid = k.conrelid and a.attidentity = 'a' and k.contype = 'p' and a.attnum = any (k.conkey))`,
    )
    expect(constraints.filter(({ conname }) => !catalogue.includes(`\`${conname}\``))).toEqual([])
  })

  test('el nombre de una restricción dice su campo', () => {
    for (const [, constraint = '', campo = ''] of catalogue.matchAll(/^\| `(\w+)` \| `\w+` \| `(\w+)`/gm)) {
      if (constraint !== 'usuarios_pkey')
        expect(constraint).toMatch(new RegExp(`_${campo}_(valid[oa]|key|fkey)$`))
    }
  })
})
