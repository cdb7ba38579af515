import { expect, test } from 'vitest'
import { connect, withUserDb } from './support.ts'

const CALCULOS = `insert into public.calculos (tipo, fecha, entrada, parametros, resultado)
  select 'fob', current_date, '{}', '[]', '{}' from generate_series(1, $1::int)`

test('un cliente escribe mil filas en una petición, y ninguna si son mil y una', async () => {
  await withUserDb('ana_agroarriba', async (db) => {
    await expect(db.cuenta(CALCULOS, [1001])).rejects.toMatchObject({
      code: 'PT413',
      message: 'demasiadas_filas',
    })
    expect(await db.cuenta(CALCULOS, [600])).toBe(600)
    // One request is one transaction: two statements of it count together.
    await expect(db.cuenta(CALCULOS, [401])).rejects.toMatchObject({ code: 'PT413' })
    expect(await db.cuenta(CALCULOS, [400])).toBe(400)
  })
})

test('de contratos escribe cien: quien crea el siguiente espera por todos', async () => {
  await withUserDb('ana_agroarriba', async (db) => {
    const contratos = `insert into public.contratos (contraparte_id, volumen_tm) select $1, 10 from generate_series(1, $2::int)`
    const { centro } = db.mundo.empresas
    await expect(db.cuenta(contratos, [centro, 101])).rejects.toMatchObject({
      code: 'PT413',
      message: 'demasiadas_filas',
    })
    expect(await db.cuenta(contratos, [centro, 100])).toBe(100)
    // Others wait for none of those that are changed.
    expect(
      await db.cuenta(`update public.contratos set observaciones = 'Vista' where observaciones is null`),
    ).toBeGreaterThan(100)
  })
})

test('el tope es de la petición: la siguiente empieza de nuevo', async () => {
  for (let n = 0; n < 2; n++)
    await withUserDb('ana_agroarriba', async (db) => {
      expect(await db.cuenta(CALCULOS, [1000])).toBe(1000)
    })
})

test('la base puede poner otro tope, y a quien la administra no se le cuenta', async () => {
  await withUserDb('ana_agroarriba', async (db) => {
    await db.como('sistema')
    await db.query(`select set_config('triboka.filas_por_peticion', '2', true)`)
    await db.como('ana_agroarriba')
    await expect(db.cuenta(CALCULOS, [3])).rejects.toMatchObject({ code: 'PT413' })
    await db.como('sistema')
    const sistema = `insert into public.empresas (ruc, nombre, tipo)
      select '099' || lpad((8000000 + n)::text, 7, '0') || '001', 'Empresa ' || n, 'proveedor' from generate_series(1, 3) n`
    expect(await db.cuenta(sistema)).toBe(3)
  })
})

test('lo que un cliente cambia en una petición también tiene un tope, que cuenta aparte', async () => {
  await withUserDb('ana_agroarriba', async (db) => {
    await db.como('sistema')
    await db.query(`select set_config('triboka.filas_por_peticion', '2', true)`)
    await db.query(
      `insert into public.lotes_asociados (contrato_id, codigo_lote, peso_qq, humedad)
       select $1, 'M-' || n, 10, 7 from generate_series(1, 3) as n`,
      [db.mundo.contrato.id],
    )
    await db.como('ana_agroarriba')
    const secar = (codigos: string) =>
      db.cuenta(`update public.lotes_asociados set humedad = 6 where codigo_lote ~ $1`, [codigos])
    await expect(secar('^M-')).rejects.toMatchObject({ code: 'PT413', message: 'demasiadas_filas' })
    expect(await secar('^M-[12]$')).toBe(2)
  })
})

test.each([
  // tgtype: the bit of the event.
  ['insert', 4, ['precios_fob']],
  ['update', 16, ['precios_fob']],
  ['delete', 8, ['dispositivos', 'precios_fob']],
])(
  'cada tabla en la que un cliente hace %s lo cuenta, menos las de sus propias listas',
  async (que, bit, menos) => {
    const client = await connect()
    try {
      const privilegio =
        que === 'delete'
          ? `has_table_privilege('authenticated', c.oid, 'delete')`
          : `has_any_column_privilege('authenticated', c.oid, '${que}')`
      const { rows } = await client.query<{ relname: string }>(
        `select c.relname from pg_class c
       where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and ${privilegio}
         and not exists (
           select from pg_trigger t
           where t.tgrelid = c.oid and t.tgfoid = 'privado.limitar_filas'::regproc and t.tgtype & $1 <> 0)
       order by 1`,
        [bit],
      )
      expect(rows.map(({ relname }) => relname)).toEqual(menos)
    } finally {
      await client.end()
    }
  },
)
