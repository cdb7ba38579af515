// What who administers the database changes by hand is found, and named: table, row and column.
import { describe, expect, test } from 'vitest'
import type { Caller } from '../../server/db/types.ts'
import { type Casa, fallas, useCluster, withCasa } from './evidencia.ts'

useCluster()

test('lo que nadie tocó cuadra', () =>
  withCasa(async (casa) => {
    expect(await fallas(casa)).toEqual([])
  }))

test('lo que se escribe mientras se comprueba cuadra también', () =>
  withCasa(async (casa) => {
    let written = false
    const db: Caller = {
      async query(query, params) {
        // The chain was read, and its head is about to be.
        if (!written && typeof query !== 'string' && query.name === 'evidencias_cabezas') {
          written = true
          await casa.client.query('update public.contratos set volumen_tm = 150 where id = $1', [
            casa.mundo.contrato.id,
          ])
        }
        return casa.db.query(query, params)
      },
    }
    expect(await fallas({ ...casa, db })).toEqual([])
    expect(written).toBe(true)
  }))

const TEXTO = `'cambiado'`
/** How another value of a column is written, by its type. */
const OTRO: Record<string, (column: string) => string> = {
  text: () => TEXTO,
  integer: (c) => `coalesce(${c}, 0) + 1000`,
  numeric: (c) => `coalesce(${c}, 0) + 1`,
  'bigint[]': () => `'{1}'`,
  bigint: (c) => `coalesce(${c}, 0) + 1000000000`,
  smallint: (c) => `coalesce(${c}, 0) + 1`,
  uuid: () => 'gen_random_uuid()',
  'text[]': () => `'{otra}'`,
  boolean: (c) => `not ${c}`,
  date: (c) => `coalesce(${c}, '2026-01-01') + 1`,
  jsonb: () => `'{"kg": 70}'`,
  'timestamp with time zone': (c) => `coalesce(${c}, now()) + interval '1 microsecond'`,
}
/** Columns that are derived, or that a job writes: they are no evidence. */
const FUERA = [
  'actualizado_en',
  'revisado_en',
  'usado_hasta',
  'precio_tm of fijaciones',
  ...['nombre', 'telefono', 'idioma', 'sesiones_cerradas_en'].map((c) => `${c} of usuarios`),
]
/** The row of each table, and how its chain calls it. */
const FILAS: [tabla: string, donde: (casa: Casa) => string][] = [
  ['contratos', ({ mundo }) => `id = ${mundo.contrato.id}`],
  ['contratos_precios', ({ mundo }) => `contrato_id = ${mundo.contrato.id}`],
  ['contratos_participantes', ({ mundo }) => `contrato_id = ${mundo.contrato.id} and papel = 'proveedor'`],
  ['lotes_asociados', ({ mundo }) => `id = ${mundo.lote}`],
  ['documentos_contrato', ({ mundo }) => `id = ${mundo.documento}`],
  ['fijaciones', ({ mundo }) => `contrato_id = ${mundo.contrato.id}`],
  ['contratos_reaperturas', ({ mundo }) => `contrato_id = ${mundo.contrato.id}`],
  [
    'mensajes',
    ({ mundo }) => `id = (select min(id) from public.mensajes where contrato_id = ${mundo.contrato.id})`,
  ],
  ['contratos_versiones', ({ mundo }) => `contrato_id = ${mundo.contrato.id} and n = 1`],
  ['enmiendas', ({ mundo }) => `contrato_id = ${mundo.contrato.id}`],
  [
    'relaciones',
    ({ mundo }) =>
      `id = (select min(id) from public.relaciones where propone_id = ${mundo.empresas.agroarriba})`,
  ],
  // The graph of lots is its company's.
  ...(['centros', 'productores', 'retenciones', 'ajustes', 'consumos', 'perdidas'] as const).map(
    (tabla): [string, (casa: Casa) => string] => [
      tabla,
      ({ mundo }) =>
        `ctid = (select min(ctid) from public.${tabla} where empresa_id = ${mundo.empresas.agroarriba})`,
    ],
  ),
  ...(['operaciones', 'lotes', 'productos'] as const).map((tabla): [string, (casa: Casa) => string] => [
    tabla,
    ({ mundo }) =>
      `ctid = (select max(ctid) from public.${tabla} where empresa_id = ${mundo.empresas.agroarriba})`,
  ]),
  ['empresas', ({ mundo }) => `id = ${mundo.empresas.centro}`],
  ['usuarios', ({ mundo }) => `id = '${mundo.usuarios.celia_centro}'`],
  ['parametros', ({ mundo }) => `empresa_id = ${mundo.empresas.centro}`],
  ['precios_fob', ({ mundo }) => `empresa_id = ${mundo.empresas.centro}`],
]

describe('cada columna de cada tabla', () => {
  test.each(FILAS)('%s', (tabla, donde) =>
    withCasa(async (casa) => {
      const { rows: columnas } = await casa.client.query<{ nombre: string; tipo: string }>(
        `select attname as nombre, format_type(atttypid, null) as tipo from pg_attribute
         where attrelid = ('public.' || $1)::regclass and attnum > 0 and not attisdropped order by attnum`,
        [tabla],
      )
      for (const { nombre, tipo } of columnas) {
        if (FUERA.includes(nombre) || FUERA.includes(`${nombre} of ${tabla}`)) continue
        await casa.client.query('savepoint antes')
        await casa.client.query('set local session_replication_role = replica')
        // Whatever the table would refuse: who administers takes its rules away first.
        const { rows: reglas } = await casa.client.query<{ conname: string }>(
          `select conname from pg_constraint where conrelid = ('public.' || $1)::regclass and contype = 'c'`,
          [tabla],
        )
        for (const { conname } of reglas)
          await casa.client.query(`alter table public.${tabla} drop constraint ${conname}`)
        await casa.client.query(`alter table public.${tabla} alter ${nombre} drop identity if exists`)
        const { rowCount } = await casa.client.query(
          `update public.${tabla} set ${nombre} = ${OTRO[tipo]!(nombre)} where ${donde(casa)}`,
        )
        expect([tabla, nombre, rowCount]).toEqual([tabla, nombre, 1])
        await casa.client.query('set local session_replication_role = origin')
        const found = await fallas(casa)
        // An id is no column of a row that is still the same one: one is missing, and another there.
        const said = found.some((words) => words.startsWith(`${tabla} `) && /falta|cambiada/.test(words))
        expect([tabla, nombre, found, said]).toEqual([tabla, nombre, found, true])
        if (tabla !== 'mensajes' && !/(^|_)id$|^causa$/.test(nombre))
          expect(
            found.some((words) => words.endsWith(`cambiada (${nombre})`) || words.includes(nombre)),
          ).toBe(true)
        await casa.client.query('rollback to savepoint antes')
      }
    }),
  )
})

describe('las filas y los mensajes', () => {
  test('un lote que se borra falta, y uno que se escribe sin disparadores sobra', () =>
    withCasa(async (casa) => {
      const { contrato, lote } = casa.mundo
      await casa.altera('delete from public.lotes_asociados where id = $1', [lote])
      await casa.altera(
        `insert into public.lotes_asociados (contrato_id, codigo_lote, peso_qq, humedad, peso_inicial_qq, humedad_inicial)
         values ($1, 'LT-0009', 10, 7, 10, 7)`,
        [contrato.id],
      )
      expect(await fallas(casa)).toEqual([
        expect.stringMatching(new RegExp(`^lotes_asociados (${lote}: falta|\\d+: sobra)$`)),
        expect.stringMatching(new RegExp(`^lotes_asociados (${lote}: falta|\\d+: sobra)$`)),
      ])
    }))

  test.each([
    ["'cd'", 'otros bytes'],
    ['null', 'sin archivo'],
  ])('un papel cuyos bytes no son los que eran (%s): %s', (sha256, falla) =>
    withCasa(async (casa) => {
      const { documento } = casa.mundo
      await casa.client.query(
        `select privado.anotar_revision($1, repeat(${sha256}, 32), 'application/pdf')`,
        [documento],
      )
      expect(await fallas(casa)).toEqual([`documentos_contrato ${documento}: ${falla}`])
    }),
  )

  test('un mensaje que se borra o que se intercala se nombra', () =>
    withCasa(async (casa) => {
      const { contrato } = casa.mundo
      const { rows } = await casa.client.query<{ id: string }>(
        'select id from public.mensajes where contrato_id = $1 order by id',
        [contrato.id],
      )
      await casa.altera('delete from public.mensajes where id = $1', [rows[1]!.id])
      expect(await fallas(casa)).toEqual([`mensajes ${rows[1]!.id}: falta`])
    }))

  test('una parte que se oculta se nombra', () =>
    withCasa(async (casa) => {
      const { contrato, empresas } = casa.mundo
      await casa.altera(
        'update public.contratos_participantes set oculto = true where contrato_id = $1 and empresa_id = $2',
        [contrato.id, empresas.centro],
      )
      expect(await fallas(casa)).toEqual([`contratos_participantes ${empresas.centro}: cambiada (oculto)`])
    }))

  test('un texto cuya sal se borró ya no se compara, y no es una falta', () =>
    withCasa(async (casa) => {
      const { contrato } = casa.mundo
      await casa.altera(`delete from privado.evidencias_sales where objeto = 'contrato/${contrato.id}'`)
      await casa.altera(`update public.contratos set observaciones = 'borrado' where id = $1`, [contrato.id])
      expect(await fallas(casa)).toEqual([`contratos ${contrato.id}: sin sal (observaciones)`])
    }))
})

describe('la cadena misma', () => {
  test('una evidencia cuyo texto cambia, que falta, o dos que cambian de sitio', () =>
    withCasa(async (casa) => {
      const id = casa.mundo.contrato.id
      const trying = async (sql: string) => {
        await casa.client.query('savepoint antes')
        await casa.altera(sql, [id])
        const found = (await fallas(casa)).filter((words) => words.startsWith('evidencias '))
        await casa.client.query('rollback to savepoint antes')
        return found
      }
      expect(
        await trying(
          `update privado.evidencias set canonico = replace(canonico, '"estado":"En tránsito"', '"estado":"Exportado"')
           where cadena = $1 and n = 4`,
        ),
      ).toEqual(['evidencias 4: otra huella'])
      expect(
        await trying(
          `update privado.evidencias set tipo = 'x.y', actor = gen_random_uuid() where cadena = $1 and n = 4`,
        ),
      ).toEqual(['evidencias 4: cambiada (tipo, actor)'])
      expect(await trying('delete from privado.evidencias where cadena = $1 and n = 4')).toEqual([
        'evidencias 4: falta',
      ])
      expect(
        await trying(
          `update privado.evidencias e set canonico = o.canonico, tipo = o.tipo, actor = o.actor, objeto = o.objeto, en = o.en
           from privado.evidencias o where e.cadena = $1 and o.cadena = $1 and (e.n, o.n) in ((3, 4), (4, 3))`,
        ),
      ).toEqual([
        'evidencias 3: cambiada (n)',
        'evidencias 3: otra huella',
        'evidencias 4: cambiada (n, en)',
        'evidencias 4: otra huella',
      ])
      // The last ones go, and with them the head.
      expect(
        await trying(`with cortada as (delete from privado.evidencias where cadena = $1 and n > 5 returning 1)
          select count(*) from cortada`),
      ).toContain('evidencias cabeza: cambiada (n, hash)')
      expect(await trying('delete from privado.evidencias where cadena = $1')).toContain(
        'evidencias cadena: falta',
      )
    }))
})

test('lo que se dijo espera a que nadie escriba en su cadena hace un minuto, y diez como mucho', () =>
  withCasa(async (casa) => {
    const id = casa.mundo.contrato.id
    const espera = async () =>
      (await casa.client.query('select 1 from privado.por_resumir() as c where c = $1', [id])).rowCount === 0
    const hace = (minutos: number) =>
      casa.altera(
        `insert into public.mensajes (id, contrato_id, tipo, texto, autor, creado_en) overriding system value
         select max(id) + 256, $1, 'sistema', 'Algo', 'Triboka', now() - interval '1 minute' * $2 from public.mensajes`,
        [id, minutos],
      )
    await hace(3)
    expect(await espera()).toBe(true)
    await casa.client.query('savepoint antes')
    await casa.altera(
      `update privado.evidencias_cabezas set en = now() - interval '2 minutes' where cadena = $1`,
      [id],
    )
    expect(await espera()).toBe(false)
    await casa.client.query('rollback to savepoint antes')
    await hace(12)
    expect(await espera()).toBe(false)
  }))
