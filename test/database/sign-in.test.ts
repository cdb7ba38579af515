// The hook that GoTrue asks after each password, as it asks it: supabase_auth_admin, with its JSON.
import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { type Db, withUserDb } from './support.ts'

async function cuenta({ query }: Db) {
  const id = randomUUID()
  await query(
    `insert into auth.users (id, email, encrypted_password, email_confirmed_at) values ($1::uuid, $2, 'x', now())`,
    [id, `${id}@prueba.test`],
  )
  return id
}

/** Whether a try goes through, or is one too many. */
async function probar({ query }: Db, user_id: string, ip_address: string | undefined, valid = false) {
  const event = {
    metadata: { uuid: randomUUID(), time: new Date(), name: 'password-verification', ip_address },
    user_id,
    valid,
  }
  const [fila] = await query<{ r: { decision?: string; error?: { http_code: number } } }>(
    'select privado.limitar_entrada($1) as r',
    [JSON.stringify(event)],
  )
  return fila!.r.decision ?? fila!.r.error!.http_code
}

const veces = async (n: number, una: (n: number) => Promise<unknown>) => {
  const salidas: unknown[] = []
  for (let i = 0; i < n; i++) salidas.push(await una(i))
  return salidas
}
const SIGUE = 'continue'

test('una cuenta se adivina diez veces desde una dirección; ni la buena pasa entonces, y desde otra sí', () =>
  withUserDb('sistema', async (db) => {
    const [id, otra] = [await cuenta(db), await cuenta(db)]
    const desde = '203.0.113.1'
    expect(await veces(12, () => probar(db, id, desde))).toEqual([...Array(10).fill(SIGUE), 429, 429])
    expect(await probar(db, id, desde, true)).toBe(429)
    expect(await probar(db, otra, desde, true)).toBe(SIGUE)
    expect(await probar(db, id, '203.0.113.2', true)).toBe(SIGUE)
  }))

test('treinta veces desde muchas; su dueño entra desde donde tiene una sesión, y todos pasados cinco minutos', () =>
  withUserDb('sistema', async (db) => {
    const id = await cuenta(db)
    await db.query('insert into auth.sessions (id, user_id, ip) values (gen_random_uuid(), $1, $2)', [
      id,
      '2001:db8:1:2::7',
    ])
    expect(await veces(33, (n) => probar(db, id, `198.51.100.${n}`))).toEqual([
      ...Array(30).fill(SIGUE),
      ...Array(3).fill(429),
    ])
    expect(await probar(db, id, '203.0.113.9', true)).toBe(429)
    // Another address of the same network of IPv6.
    expect(await probar(db, id, '2001:db8:1:2:aaaa::1', true)).toBe(SIGUE)
    await db.query(
      `update privado.intentos_de_entrada set desde = now() - interval '6 minutes' where usuario_id = $1`,
      [id],
    )
    expect(await probar(db, id, '203.0.113.9', true)).toBe(SIGUE)
    // Rows do not pile up.
    expect(
      await db.cuenta('select from privado.intentos_de_entrada where usuario_id = $1', [id]),
    ).toBeLessThan(3)
  }))

test('la buena no cuenta, y sin dirección se cuenta igual', () =>
  withUserDb('sistema', async (db) => {
    const id = await cuenta(db)
    expect(new Set(await veces(40, (n) => probar(db, id, `198.51.100.${n}`, true)))).toEqual(new Set([SIGUE]))
    expect(new Set(await veces(25, () => probar(db, id, '203.0.113.3', true)))).toEqual(new Set([SIGUE]))
    for (const sin of [undefined, 'no es una dirección']) {
      const nueva = await cuenta(db)
      expect(await veces(11, () => probar(db, nueva, sin))).toEqual([...Array(10).fill(SIGUE), 429])
    }
  }))

test('solo Auth pregunta: nadie más la ejecuta ni lee lo contado', () =>
  withUserDb('sistema', async ({ query }) => {
    const roles = ['anon', 'authenticated', 'service_role', 'supabase_auth_admin']
    expect(
      await query(
        `select r, has_function_privilege(r, 'privado.limitar_entrada(jsonb)', 'execute') as ejecuta,
           has_table_privilege(r, 'privado.intentos_de_entrada', 'select, insert, update, delete') as lee
         from unnest($1::text[]) as r order by r`,
        [roles],
      ),
    ).toEqual(roles.map((r) => ({ r, ejecuta: r === 'supabase_auth_admin', lee: false })))
  }))
