import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { proponer, responder, retirar, terminos } from './enmiendas.ts'
import { compareAll } from './kpis-counted.ts'
import { type Db, expectRaises, withUserDb } from './support.ts'

const leer = async (db: Db) => {
  await db.como('sistema')
  return terminos(db.client, db.mundo.contrato.id)
}
const PARTES = ['celia_centro', 'ana_agroarriba'] as const
const FECHAS = ['2026-12-01', '2027-01-31', null]

/** One thing that somebody tries; what is refused changes nothing. */
const paso = fc.oneof(
  fc.record({
    que: fc.constant('proponer' as const),
    quien: fc.constantFrom(...PARTES),
    cambios: fc.record(
      {
        volumen_tm: fc.integer({ min: 1, max: 9e5 }).map((n) => (n / 1000).toString()),
        precio_fijado_tm: fc.option(fc.integer({ min: 1, max: 9e5 }).map((n) => (n / 100).toFixed(2))),
        diferencial_tm: fc.option(fc.integer({ min: -900, max: 900 }).map(String)),
        modalidad_precio: fc.constantFrom('fijo', 'por fijar'),
        calidad: fc.constantFrom('ASE', 'CCN-51', null),
        fecha_entrega: fc.constantFrom(...FECHAS),
        tolerancia_pct: fc.constantFrom('0', '2.5', '10.00'),
        cierre: fc.constantFrom('al exportar los lotes', 'al completar el volumen'),
        dias_confirmacion: fc.constantFrom(0, 3),
      },
      { requiredKeys: [] },
    ),
  }),
  fc.record({
    que: fc.constantFrom('aceptar' as const, 'rechazar' as const, 'retirar' as const),
    quien: fc.constantFrom(...PARTES, 'pedro_finca' as const),
  }),
  fc.record({
    que: fc.constant('fijar' as const),
    quien: fc.constantFrom(...PARTES),
    tm: fc.integer({ min: 1, max: 90 }),
  }),
  fc.record({
    que: fc.constant('corregir' as const),
    quien: fc.constant('sistema' as const),
    volumen: fc.integer({ min: 100, max: 900 }),
  }),
)
type Paso = typeof paso extends fc.Arbitrary<infer P> ? P : never

async function dar(db: Db, hecho: Paso) {
  const [abierta] = await db.client
    .query('select max(id) as id from public.enmiendas where contrato_id = $1', [db.mundo.contrato.id])
    .then(({ rows }) => rows)
  await db.como(hecho.quien)
  const id = abierta.id ?? '0'
  if (hecho.que === 'proponer') await proponer(db, hecho.cambios)
  else if (hecho.que === 'aceptar') await responder(db, id, true)
  else if (hecho.que === 'rechazar') await responder(db, id, false, 'No')
  else if (hecho.que === 'retirar') await retirar(db, id)
  else if (hecho.que === 'fijar')
    await db.query(
      `insert into public.fijaciones (contrato_id, tm, ny, diferencial)
       select $1, $2, 3000, coalesce((select p.diferencial_tm from public.contratos_precios p where p.contrato_id = $1), -700)`,
      [db.mundo.contrato.id, hecho.tm],
    )
  else if (hecho.que === 'corregir')
    await db.query('update public.contratos set volumen_tm = $2 where id = $1', [
      db.mundo.contrato.id,
      hecho.volumen,
    ])
}

describe('las versiones de los términos', () => {
  test(
    'cualquier serie de propuestas y respuestas deja la última igual a lo que rige, y ninguna falta',
    () =>
      fc.assert(
        fc.asyncProperty(fc.array(paso, { minLength: 1, maxLength: 12 }), (pasos) =>
          withUserDb('sistema', async (db) => {
            let antes = await leer(db)
            for (const hecho of pasos) {
              const refusal = await dar(db, hecho).then(
                () => null,
                (error) => error.code as string,
              )
              if (refusal) expect(refusal).toMatch(/^PT4/)
              const despues = await leer(db)
              const [ultima] = despues.versiones.slice(-1)
              expect(
                await db.query('select * from privado.diferencias($1, $2)', [
                  JSON.stringify(despues.ahora),
                  JSON.stringify(ultima.terminos),
                ]),
              ).toEqual([])
              expect(despues.versiones.map(({ n }) => n)).toEqual(despues.versiones.map((_, i) => i + 1))
              expect(despues.versiones.slice(0, antes.versiones.length)).toEqual(antes.versiones)
              // Only who accepts, and the system, brings a version about.
              if (despues.versiones.length > antes.versiones.length)
                expect(['aceptar', 'corregir']).toContain(hecho.que)
              antes = despues
            }
            const [abiertas] = await db.query<{ n: number }>(
              `select count(*)::int as n from public.enmiendas where contrato_id = $1 and estado = 'propuesta'`,
              [db.mundo.contrato.id],
            )
            expect(abiertas!.n).toBeLessThanOrEqual(1)
            await compareAll(db.client, db.mundo)
          }),
        ),
        { numRuns: 40 },
      ),
    120_000,
  )

  test('un contrato nuevo tiene la primera, con su precio, de quien lo creó', () =>
    withUserDb('ana_agroarriba', async (db) => {
      const [contrato] = await db.query(
        `select * from public.crear_contrato(68.500, $1, precio_fijado_tm => 5000.10, calidad => 'ASE', dias_confirmacion => 3)`,
        [db.mundo.empresas.centro],
      )
      const versiones = await db.query('select * from public.contratos_versiones where contrato_id = $1', [
        contrato!.id,
      ])
      expect(versiones).toMatchObject([
        {
          n: 1,
          origen: 'creacion',
          propuesta_por: db.mundo.usuarios.ana_agroarriba,
          propuesta_empresa: db.mundo.empresas.agroarriba,
          aceptada_por: null,
          terminos: {
            volumen_tm: '68.500',
            precio_fijado_tm: '5000.10',
            diferencial_tm: null,
            modalidad_precio: 'fijo',
            calidad: 'ASE',
            fecha_entrega: null,
            tolerancia_pct: '0',
            cierre: 'al exportar los lotes',
            dias_confirmacion: 3,
          },
        },
      ])
    }))

  test('en revisión cada cambio es una, y la acepta quien activa el contrato', () =>
    withUserDb('celia_centro', async (db) => {
      const [{ id }] = (await db.query('select * from public.crear_contrato(100, exportadora_id => $1)', [
        db.mundo.empresas.agroarriba,
      ])) as [{ id: string }]
      db.mundo.contrato.id = id
      await db.query('update public.contratos set volumen_tm = 120 where id = $1', [id])
      await db.query('update public.contratos_precios set precio_fijado_tm = 4000 where contrato_id = $1', [
        id,
      ])
      await expectRaises(proponer(db, { volumen_tm: 1 }), 'enmienda_en_revision', 'PT409')
      let { versiones } = await leer(db)
      expect(versiones.map(({ n, aceptada_en }) => [n, aceptada_en])).toEqual([
        [1, null],
        [2, null],
        [3, null],
      ])
      await db.como('ana_agroarriba')
      // To change them and bind the other by it, at once, is no way either.
      await expect(
        db.query(`update public.contratos set estado = 'Activo', volumen_tm = 1 where id = $1`, [id]),
      ).rejects.toMatchObject({ code: 'PT409' })
      await db.query(`update public.contratos set estado = 'Activo' where id = $1`, [id])
      ;({ versiones } = await leer(db))
      expect(versiones.map(({ aceptada_por }) => aceptada_por)).toEqual([
        null,
        null,
        db.mundo.usuarios.ana_agroarriba,
      ])
      expect(versiones[2]).toMatchObject({
        propuesta_por: db.mundo.usuarios.celia_centro,
        aceptada_empresa: db.mundo.empresas.agroarriba,
      })
    }))

  test('no se modifican ni se borran, tampoco por el sistema; las enmiendas tampoco', () =>
    withUserDb('celia_centro', async (db) => {
      const { id } = await proponer(db, { volumen_tm: 250 })
      await db.como('sistema')
      for (const orden of [
        `update public.contratos_versiones set terminos = '{}'`,
        'update public.contratos_versiones set aceptada_en = null',
        `update public.contratos_versiones set aceptada_en = now() where contrato_id = ${db.mundo.contrato.id}`,
        'delete from public.contratos_versiones',
        'truncate public.contratos_versiones cascade',
      ])
        await expectRaises(db.query(orden), 'version_inmutable', 'PT409')
      for (const orden of [
        `update public.enmiendas set cambios = '{"volumen_tm": "9"}'`,
        `update public.enmiendas set vence_en = now() + interval '1 year'`,
        `update public.enmiendas set estado = 'aceptada', respondida_en = now(), cambios = '{"volumen_tm": "9"}'`,
        'delete from public.enmiendas',
        'truncate public.enmiendas cascade',
      ])
        await expectRaises(db.query(orden), 'enmienda_inmutable', 'PT409')
      await db.como('celia_centro')
      await retirar(db, id)
      await db.como('sistema')
      await expectRaises(
        db.query(`update public.enmiendas set motivo = 'x' where id = $1`, [id]),
        'enmienda_inmutable',
        'PT409',
      )
    }))
})
