import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Db, type Speaker, withUserDb } from './support.ts'

interface Filtros {
  estado: string | null
  desde: string | null
  hasta: string | null
  texto: string | null
  empresas: string[] | null
  despues_de: string | null
  antiguos_primero: boolean
  tope: number
}

const NADA: Filtros = {
  estado: null,
  desde: null,
  hasta: null,
  texto: null,
  empresas: null,
  despues_de: null,
  antiguos_primero: false,
  tope: 100,
}

const filtrar = async (db: Db, filtros: Partial<Filtros>) =>
  (
    await db.query<{ id: string }>(
      `select id from privado.contratos_filtrados(${Object.keys(NADA).map((nombre, i) => `${nombre} => $${i + 1}`)}) as id`,
      Object.values({ ...NADA, ...filtros }),
    )
  ).map((row) => row.id)

/** The same, by what row-level security lets through and nothing clever. */
const aMano = async (db: Db, filtros: Filtros) =>
  (
    await db.query<{ id: string }>(
      `select c.id from public.contratos c where c.eliminado_en is null
         and ($1::text is null or c.estado = $1)
         and ($2::date is null or coalesce(c.fecha_firma, (c.creado_en at time zone 'America/Guayaquil')::date) >= $2)
         and ($3::date is null or coalesce(c.fecha_firma, (c.creado_en at time zone 'America/Guayaquil')::date) <= $3)
         and ($4::text is null or position(lower($4) in lower(concat_ws(' ', c.codigo, c.observaciones))) > 0)
         and ($5::bigint[] is null or c.exportadora_id = any ($5) or c.contraparte_id = any ($5))
         and ($6::bigint is null or case when $7 then c.id > $6 else c.id < $6 end)
       order by case when $7 then c.id else -c.id end limit $8`,
      Object.values(filtros),
    )
  ).map((row) => row.id)

/** Sixteen contracts of two exporters, of every state, signed or not, with and without the farm. */
async function poblar(db: Db): Promise<string[]> {
  const { agroarriba, rival, centro, centro_rival, finca } = db.mundo.empresas
  const { rows } = await db.client.query<{ id: string }>(
    `insert into public.contratos (exportadora_id, contraparte_id, volumen_tm, estado, cerrado_en, fecha_firma, observaciones, creado_en)
     select case when i % 3 = 0 then $2::bigint else $1 end, case when i % 3 = 0 then $4::bigint else $3 end, i,
       (array['En revisión', 'Activo', 'Cerrado'])[1 + i % 3], case when i % 3 = 2 then now() end,
       case when i % 2 = 0 then date '2024-01-01' + i end, case when i % 4 < 2 then 'Entrega en Guayaquil ' || i end,
       timestamptz '2024-01-01 03:00Z' + i * interval '1 day'
     from generate_series(1, 16) as i returning id`,
    [agroarriba, rival, centro, centro_rival],
  )
  await db.client.query(
    `insert into public.contratos_participantes (contrato_id, empresa_id)
     select c.id, $2 from public.contratos c where c.id = any ($1) and c.estado = 'Activo'`,
    [rows.map((row) => row.id), finca],
  )
  return rows.map((row) => row.id)
}

describe('una página de contratos', () => {
  const QUIENES: Speaker[] = [
    'ana_agroarriba',
    'celia_centro',
    'pedro_finca',
    'rosa_rival',
    'ada_admin',
    'omar_apagado',
    'sin_perfil',
  ]

  test('da lo mismo que filtrar a mano lo que cada uno ve, con cualquier filtro', () =>
    withUserDb('sistema', async (db) => {
      const ids = await poblar(db)
      const dia = fc.integer({ min: 1, max: 28 }).map((n) => `2024-01-${String(n).padStart(2, '0')}`)
      const quiza = <T>(valores: fc.Arbitrary<T>) => fc.option(valores, { nil: null })
      const filtros = fc.record<Filtros>({
        estado: quiza(fc.constantFrom('En revisión', 'Activo', 'Cerrado', 'Otro')),
        desde: quiza(dia),
        hasta: quiza(dia),
        texto: quiza(fc.constantFrom('guayaquil', 'CT-2024', 'Entrega en', '1', 'nada', '%', "'; --")),
        empresas: quiza(fc.subarray(Object.values(db.mundo.empresas))),
        despues_de: quiza(fc.constantFrom(...ids)),
        antiguos_primero: fc.boolean(),
        tope: fc.integer({ min: 1, max: 20 }),
      })
      await fc.assert(
        fc.asyncProperty(fc.constantFrom(...QUIENES), filtros, async (quien, pedido) => {
          await db.como(quien)
          // An administrator sees the contracts of other tests and of the demo too.
          const propios =
            quien === 'ada_admin'
              ? { ...pedido, empresas: pedido.empresas ?? Object.values(db.mundo.empresas) }
              : pedido
          expect(await filtrar(db, propios)).toEqual(await aMano(db, propios))
        }),
        { numRuns: 100 },
      )
    }))

  test('las páginas seguidas dan todo, una sola vez', () =>
    withUserDb('sistema', async (db) => {
      await poblar(db)
      await db.como('celia_centro')
      const todo = await filtrar(db, {})
      const paginas: string[] = []
      for (let pagina = await filtrar(db, { tope: 3 }); pagina.length; ) {
        paginas.push(...pagina)
        pagina = await filtrar(db, { tope: 3, despues_de: pagina.at(-1)! })
      }
      expect(paginas).toEqual(todo)
      expect(todo.length).toBeGreaterThan(10)
      expect(await filtrar(db, { antiguos_primero: true })).toEqual(todo.toReversed())
    }))
})

describe('buscar por texto', () => {
  const buscar = async (db: Db, texto: string) =>
    (await db.query('select id from privado.contratos_filtrados(texto => $1) as id', [texto])).map(
      (row) => row.id,
    )

  test('por código u observaciones, sin tildes ni mayúsculas, y solo entre los propios', () =>
    withUserDb('ana_agroarriba', async (db) => {
      const { id, codigo } = db.mundo.contrato
      await db.query(`update public.contratos set observaciones = 'Cacao ORGÁNICO 100%_fino' where id = $1`, [
        id,
      ])
      for (const texto of ['organico', 'ÓRGÁNICO', codigo.toLowerCase(), '100%_F'])
        expect(await buscar(db, texto)).toEqual([id])
      for (const texto of ['100__', '%%', 'nada de eso', db.mundo.contratoRival.codigo])
        expect(await buscar(db, texto)).toEqual([])
      for (const quien of ['celia_centro', 'pedro_finca', 'ada_admin'] as const) {
        await db.como(quien)
        expect(await buscar(db, 'organico')).toContain(id)
      }
      for (const quien of ['rosa_rival', 'omar_apagado', 'sin_perfil'] as const) {
        await db.como(quien)
        expect(await buscar(db, 'organico')).toEqual([])
      }
    }))

  test('un contrato eliminado ya no se encuentra', () =>
    withUserDb('ada_admin', async (db) => {
      const { id, codigo } = db.mundo.contrato
      await db.query('select public.eliminar_contrato($1)', [id])
      expect(await buscar(db, codigo)).toEqual([])
    }))
})
