// Nobody learns through REST what they may not read: not by a filter, an order, an error, another schema or its description.
import { beforeAll, describe, expect, test } from 'vitest'
import { target } from '../acceptance/support.ts'
import { makePeople, type Person } from '../api/support.ts'
import { sql } from '../support/sql.ts'

let ana: Person
let rival: Person
beforeAll(async () => {
  const people = await makePeople()
  ;({ ana } = people)
  rival = people.rita
})

const ask = async (
  who: Person,
  path: string,
  headers: Record<string, string> = {},
  init: RequestInit = {},
) => {
  const answer = await fetch(`${target.url}/rest/v1/${path}`, {
    ...init,
    headers: { apikey: target.key, Authorization: `Bearer ${who.token}`, ...headers },
  })
  return { status: answer.status, text: await answer.text() }
}

/** Columns of tables that `authenticated` reads in part. */
const HIDDEN = `
  select c.relname as tabla, a.attname as columna, min(o.attname) as visible
  from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  join pg_attribute o on o.attrelid = c.oid and o.attnum > 0 and has_column_privilege('authenticated', c.oid, o.attnum, 'select')
  where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and not has_column_privilege('authenticated', c.oid, a.attnum, 'select')
  group by 1, 2`

describe('una columna que no se lee', () => {
  test('tampoco se pide, se filtra ni ordena', async () => {
    const hidden = await sql<{ tabla: string; columna: string; visible: string }>(HIDDEN)
    expect(hidden.length).toBeGreaterThan(3)
    for (const { tabla, columna, visible } of hidden) {
      const paths = [
        `select=${columna}`,
        `select=x:${columna}::text`,
        `select=${visible}&${columna}=is.null`,
        `select=${visible}&${columna}=not.is.null`,
        `select=${visible}&or=(${columna}.is.null,${visible}.is.null)`,
        `select=${visible}&order=${columna}`,
        `select=${visible}&order=${columna}->>a`,
      ]
      for (const path of paths) {
        const { status, text } = await ask(ana, `${tabla}?${path}`)
        expect([path, status]).toEqual([path, 403])
        expect(JSON.parse(text).code).toBe('42501')
      }
    }
  })

  test.each([
    'select=id,empresas!exportadora_id(ruc)',
    'select=id,...empresas!exportadora_id(ruc)',
    'select=id,empresas!exportadora_id(id)&empresas.ruc=like.0*',
    'select=id,empresas!exportadora_id!inner(id)&empresas.ruc=like.0*',
    'select=id,empresas!exportadora_id(id,ruc)&order=empresas(ruc)',
    'select=id,empresas!exportadora_id(id)&empresas.or=(ruc.eq.1,id.eq.1)',
    'select=id,empresas!exportadora_id(*)',
  ])('tampoco dentro de otra tabla: %s', async (query) => {
    const { status, text } = await ask(ana, `contratos?${query}`)
    expect([status, JSON.parse(text).code]).toEqual([403, '42501'])
  })

  test('tampoco con el conteo, el plan ni el cuerpo de una escritura', async () => {
    const plan = await ask(ana, 'empresas?select=id&ruc=like.0*', {
      Accept: 'application/vnd.pgrst.plan+json',
    })
    expect([403, 406]).toContain(plan.status)
    expect(plan.text).not.toMatch(/Plan Rows/)
    for (const count of ['exact', 'planned', 'estimated']) {
      const counted = await ask(
        ana,
        'empresas?select=id&ruc=like.0*',
        { Prefer: `count=${count}` },
        { method: 'HEAD' },
      )
      expect([count, counted.status]).toEqual([count, 403])
    }
    const written = await ask(
      ana,
      `empresas?id=eq.${ana.empresa!.id}&select=ruc`,
      { Prefer: 'return=representation', 'Content-Type': 'application/json' },
      { method: 'PATCH', body: JSON.stringify({ nombre: ana.empresa!.nombre }) },
    )
    expect(written.status).toBe(403)
  })
})

describe('otro esquema', () => {
  test.each(['privado', 'auth', 'storage', 'pg_catalog', 'information_schema', 'extensions'])(
    '%s no se alcanza por perfil',
    async (schema) => {
      for (const [header, init] of [
        ['Accept-Profile', {}],
        ['Content-Profile', { method: 'POST', body: '{}' }],
      ] as const) {
        for (const path of ['', 'users', 'contadores', 'rpc/es_admin', 'pg_authid']) {
          const { status, text } = await ask(ana, path, { [header]: schema }, init)
          expect([path, status, JSON.parse(text).code]).toEqual([path, 406, 'PGRST106'])
        }
      }
    },
  )

  test.each([
    'users',
    'privado.contadores',
    'contadores',
    'auth.users',
    '"auth"."users"',
    'pg_authid',
    'pg_class',
  ])('%s no es una tabla', async (name) => {
    expect((await ask(ana, encodeURIComponent(name))).status).toBe(404)
    const embedded = await ask(ana, `usuarios?select=id,${encodeURIComponent(name)}(*)`)
    expect(embedded.status).toBe(400)
    expect(JSON.parse(embedded.text).code).toMatch(/^PGRST(100|200)$/)
  })

  test.each(['es_admin', 'pg_read_file', 'pg_sleep', 'set_config', 'version', 'current_setting'])(
    'rpc/%s no es una función',
    async (name) => {
      const { status, text } = await ask(
        ana,
        `rpc/${name}`,
        { 'Content-Type': 'application/json' },
        { method: 'POST', body: '{}' },
      )
      expect([status, JSON.parse(text).code]).toEqual([404, 'PGRST202'])
    },
  )
})

describe('un nombre o un valor que parece SQL', () => {
  const NASTY = [
    `'; drop table x; --`,
    `" or 1=1 --`,
    `\\'`,
    `$1`,
    `$$a$$`,
    `a"b`,
    `);select pg_sleep(9)`,
    `\u0000`,
    `%`,
    '`',
    `contratos"."id`,
  ]

  test('es un nombre que no existe, o un valor', async () => {
    for (const nasty of NASTY) {
      const it = encodeURIComponent(nasty)
      const quoted = encodeURIComponent(`"${nasty.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`)
      const paths = [
        `contratos?select=id&observaciones=eq.${it}`,
        `contratos?select=id&observaciones=in.(${quoted})`,
        `contratos?select=id&observaciones=ilike.${it}`,
        `contratos?select=${quoted}`,
        `contratos?select=id&${quoted}=eq.1`,
        `contratos?select=id&order=${quoted}`,
        `contratos?select=id::${quoted}`,
        `contratos?select=x${it}:id`,
        `contratos?select=id,${quoted}(*)`,
        `contratos?select=version->${quoted}`,
        `contratos?select=id&observaciones=fts(${it}).a`,
        `${it}`,
        `rpc/${it}`,
      ]
      for (const path of paths) {
        const { status, text } = await ask(ana, path)
        expect([path, status < 500, text]).toEqual([path, true, text])
      }
    }
  })
})

test('lo de un rival no se deduce por cuántas filas toca una escritura', async () => {
  const mine = await sql<{ id: string }>('select id from public.empresas where id = $1', [ana.empresa!.id])
  const answer = await ask(
    rival,
    `empresas?id=eq.${mine[0]!.id}`,
    { 'Content-Type': 'application/json', Prefer: 'count=exact, return=headers-only' },
    { method: 'PATCH', body: JSON.stringify({ nombre: 'Robada' }) },
  )
  expect(answer.status).toBeLessThan(500)
  const [row] = await sql<{ nombre: string }>('select nombre from public.empresas where id = $1', [
    ana.empresa!.id,
  ])
  expect(row!.nombre).toBe(ana.empresa!.nombre)
})
