// An id tells when its row was made, and nothing of how many others there are.
import { expect, test } from 'vitest'
import { withUserDb } from './support.ts'

const INICIO = Date.UTC(2025, 0, 1)
/** The moment that an id tells, in milliseconds. */
const momento = (id: string) => INICIO + Number((BigInt(id) >> 8n) * 64n) / 1000

test('los identificadores que alguien lee dicen cuándo, y no cuántos', async () => {
  await withUserDb('sistema', async (db) => {
    const tablas = await db.query<{ tabla: string }>(
      `select c.oid::regclass::text as tabla from pg_class c
       join pg_attribute a on a.attrelid = c.oid and a.attidentity <> '' and a.attname = 'id'
       where c.relnamespace = 'public'::regnamespace and not exists (
         select from pg_trigger t join pg_proc p on p.oid = t.tgfoid
         where t.tgrelid = c.oid and p.proname in ('poner_id', 'firmar_mensaje')) order by 1`,
    )
    // The directory of companies shows them all; the others nobody reads, or administrators alone.
    expect(tablas.map(({ tabla }) => tabla)).toEqual(['empresas', 'kpis_cambios', 'precios_pendientes'])
  })
})

test('el de un contrato es el momento en que se creó, cabe en un número de JavaScript y crece', async () => {
  await withUserDb('ana_agroarriba', async (db) => {
    const antes = Date.now()
    const ids: string[] = []
    for (let i = 0; i < 3; i += 1) {
      const [contrato] = await db.query<{ id: string }>(
        'insert into public.contratos (exportadora_id, contraparte_id, volumen_tm) values ($1, $2, 10) returning id',
        [db.mundo.empresas.agroarriba, db.mundo.empresas.centro],
      )
      ids.push(contrato!.id)
    }
    for (const id of ids) {
      expect(Number.isSafeInteger(Number(id))).toBe(true)
      expect(momento(id)).toBeGreaterThan(antes - 1000)
      expect(momento(id)).toBeLessThan(Date.now() + 1000)
    }
    expect(ids.toSorted((a, b) => Number(BigInt(a) - BigInt(b)))).toEqual(ids)
  })
})

test('de dos seguidos no se sabe cuántos hubo entre ellos: el último byte no sigue a la secuencia', async () => {
  await withUserDb('sistema', async (db) => {
    const lugares = async (paso: number) => {
      const rows = await db.query<{ id: string }>(
        'select privado.id_con_hora(1 + n * $1::bigint) as id, pg_sleep(0.0002) from generate_series(1, 2000) as n',
        [paso],
      )
      expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length)
      return rows.map(({ id }) => Number(BigInt(id) & 255n))
    }
    for (const paso of [1, 7, 256]) {
      const last = await lugares(paso)
      const saltos = new Map<number, number>()
      for (let i = 1; i < last.length; i += 1) {
        const salto = (last[i]! - last[i - 1]! + 256) % 256
        saltos.set(salto, (saltos.get(salto) ?? 0) + 1)
      }
      // Evenly, each would come eight times.
      expect([paso, Math.max(...saltos.values()) < 40, new Set(last).size > 200]).toEqual([paso, true, true])
    }
  })
})

test('en un mismo instante cada número tiene su lugar', async () => {
  await withUserDb('sistema', async (db) => {
    // Later than any clock says, so that all are of one moment.
    const [{ distintos }] = (await db.query<{ distintos: number }>(
      `select count(distinct privado.id_con_hora(n, 8000000000000000))::int as distintos from generate_series(1, 256) as n`,
    )) as [{ distintos: number }]
    expect(distintos).toBe(256)
  })
})

test('los mensajes de un contrato siguen su orden aunque el reloj se atrase', async () => {
  await withUserDb('sistema', async (db) => {
    const { id } = db.mundo.contrato
    const decir = async () =>
      (
        await db.query<{ id: string }>(
          `insert into public.mensajes (contrato_id, tipo, texto) values ($1, 'sistema', 'hola') returning id`,
          [id],
        )
      )[0]!.id
    const primero = await decir()
    // As if it had been said in an hour.
    const manana = (BigInt(primero) + (3_600_000_000n / 64n) * 256n).toString()
    await db.query('alter table public.mensajes disable trigger user')
    await db.query(
      `insert into public.mensajes (id, contrato_id, tipo, texto, autor) overriding system value values ($2, $1, 'sistema', 'luego', 'Triboka')`,
      [id, manana],
    )
    await db.query('alter table public.mensajes enable trigger user')
    expect(BigInt(await decir())).toBeGreaterThan(BigInt(manana))
  })
})

test('la clave no la lee nadie, y un cliente no manda su id', async () => {
  await withUserDb('ana_agroarriba', async (db) => {
    await expect(db.query('select * from privado.claves_de_ids')).rejects.toMatchObject({ code: '42501' })
    await expect(db.query('select privado.id_con_hora(1)')).rejects.toMatchObject({ code: '42501' })
    await expect(
      db.query(
        'insert into public.contratos (id, exportadora_id, contraparte_id, volumen_tm) overriding system value values (7, $1, $2, 10)',
        [db.mundo.empresas.agroarriba, db.mundo.empresas.centro],
      ),
    ).rejects.toMatchObject({ code: '42501' })
  })
})
