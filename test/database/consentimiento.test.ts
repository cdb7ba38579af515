import { describe, expect, test } from 'vitest'
import { type Db, expectRaises, withUserDb } from './support.ts'
import { makeObject } from './world.ts'

// Ana's company and César's rival centre do not know each other; Celia's centre and Ana's do.
interface Contrato {
  id: string
  codigo: string
  estado: string
}

const crear = async (db: Db, contraparte: string, campos: Record<string, unknown> = {}) => {
  const datos = { contraparte_id: contraparte, volumen_tm: 10, ...campos }
  const nombres = Object.keys(datos)
  const [contrato] = await db.query<Contrato & Record<string, unknown>>(
    `insert into public.contratos (${nombres.join(', ')}) values (${nombres.map((_, i) => `$${i + 1}`).join(', ')}) returning *`,
    Object.values(datos),
  )
  return contrato!
}
const aceptar = async (db: Db, id: string) =>
  (await db.query<Contrato>('select * from public.aceptar_contrato($1)', [id]))[0]!
const propuestas = (db: Db) => db.query('select * from public.mis_propuestas()')
const leer = async (db: Db, id: string) =>
  (await db.query<Record<string, unknown>>('select * from public.contratos where id = $1', [id]))[0]
const avisos = async (db: Db) =>
  (
    await db.query<{ texto: string }>(
      `select texto from public.notificaciones where texto not like 'El sistema %' order by id`,
    )
  ).map((a) => a.texto)
const kpis = async (db: Db) =>
  (
    await db.query<{ k: { contratos: { borradores: object; estados: { contratos: number }[] } } }>(
      'select public.kpis() as k',
    )
  )[0]!.k.contratos
const proponer = async (db: Db) => crear(db, db.mundo.empresas.centro_rival)

describe('entre empresas que se aceptaron', () => {
  test('el de la exportadora empieza Activo y el del centro En revisión, como siempre', () =>
    withUserDb('ana_agroarriba', async (db) => {
      expect(await crear(db, db.mundo.empresas.centro)).toMatchObject({ estado: 'Activo', propuesto_a: null })
      await db.como('celia_centro')
      const suyo = await crear(db, db.mundo.empresas.centro, { exportadora_id: db.mundo.empresas.agroarriba })
      expect(suyo).toMatchObject({ estado: 'En revisión', propuesto_a: null, exportadora_acepto_en: null })
      await db.como('ana_agroarriba')
      expect(await aceptar(db, suyo.id)).toMatchObject({ estado: 'Activo' })
    }))

  test('terminada la relación, uno nuevo se propone otra vez', () =>
    withUserDb('celia_centro', async (db) => {
      const [r] = await db.query('select id from public.relaciones where con_id = $1', [
        db.mundo.empresas.centro,
      ])
      await db.query('select public.terminar_relacion($1)', [r!.id])
      await db.como('ana_agroarriba')
      expect(await crear(db, db.mundo.empresas.centro)).toMatchObject({ estado: 'En revisión' })
    }))
})

describe('a un extraño', () => {
  test('se le propone: no le ata, no le cuenta, no le avisa más que una vez y ve solo los nombres', () =>
    withUserDb('ana_agroarriba', async (db) => {
      const contrato = await proponer(db)
      expect(contrato).toMatchObject({ estado: 'En revisión', propuesto_a: [db.mundo.empresas.centro_rival] })
      expect((await kpis(db)).borradores).toEqual({ contratos: 1, tm: 10 })
      await db.query(`update public.contratos set observaciones = 'algo' where id = $1`, [contrato.id])
      await db.query('insert into public.mensajes (contrato_id, texto) values ($1, $2)', [
        contrato.id,
        'Hola',
      ])
      const objeto = `${contrato.codigo}/pago.pdf`
      await db.como('sistema')
      await makeObject(db.client, objeto, db.mundo.usuarios.ana_agroarriba)
      await db.como('ana_agroarriba')
      await db.query(
        `insert into public.documentos_contrato (contrato_id, tipo, url_archivo) values ($1, 'pago', $2)`,
        [contrato.id, `contratos/${objeto}`],
      )
      await db.como('raul_centro_rival')
      for (const tabla of [
        'contratos_participantes',
        'mensajes',
        'documentos_contrato',
        'avances',
        'lecturas',
      ])
        expect(
          await db.cuenta(`select contrato_id from public.${tabla} where contrato_id = $1`, [contrato.id]),
          tabla,
        ).toBe(0)
      expect(await leer(db, contrato.id)).toBeUndefined()
      expect(await db.cuenta('select from storage.objects where name = $1', [objeto])).toBe(0)
      expect(await db.cuenta('select from public.kpis_contratos where id = $1', [contrato.id])).toBe(0)
      expect(await db.cuenta('select from privado.contratos_filtrados(texto => $1)', [contrato.codigo])).toBe(
        0,
      )
      expect(
        (await db.query('select privado.oye_canal($1) as oye', [`contrato:${contrato.codigo}`]))[0],
      ).toEqual({ oye: false })
      const { borradores, estados } = await kpis(db)
      expect([borradores, estados.map((e) => e.contratos)]).toEqual([{ contratos: 0, tm: 0 }, [0, 1, 0]])
      await expectRaises(
        db.query('select * from public.ficha_empresa($1)', [db.mundo.empresas.agroarriba]),
        'empresa_no_existe',
        'PT404',
      )
      expect(await avisos(db)).toEqual(['agroarriba le propone un contrato.'])
      expect(await propuestas(db)).toEqual([
        {
          contrato_id: contrato.id,
          codigo: contrato.codigo,
          exportadora: 'agroarriba',
          contraparte: 'centro_rival',
          papel: 'contraparte',
          propone: 'agroarriba',
          propuesto_en: expect.any(Date),
        },
      ])
    }))

  test.each([
    [
      'un lote',
      'insert into public.lotes_asociados (contrato_id, peso_qq, humedad) values ($1, 5, 7)',
      'contrato_propuesto',
    ],
    ['que quede Activo', `update public.contratos set estado = 'Activo' where id = $1`, 'contrato_propuesto'],
    [
      'un proveedor sin relación',
      `insert into public.contratos_participantes (contrato_id, empresa_id)
       select $1, id from public.empresas where nombre = 'extraña'`,
      'contrato_propuesto',
    ],
  ])('mientras no responde el contrato no admite %s', (_, sql, clave) =>
    withUserDb('sistema', async (db) => {
      await db.query(`insert into public.empresas (ruc, nombre, tipo) values ('1790011674001', 'extraña', 'proveedor')
        on conflict (ruc) do update set nombre = 'extraña', tipo = excluded.tipo`)
      await db.como('ana_agroarriba')
      const { id } = await proponer(db)
      await expectRaises(db.query(sql, [id]), clave, 'PT409')
    }),
  )

  test('nada de lo suyo escribe quien no ha aceptado', () =>
    withUserDb('ana_agroarriba', async (db) => {
      const { id, codigo } = await proponer(db)
      await db.como('raul_centro_rival')
      expect(await db.cuenta(`update public.contratos set volumen_tm = 1 where id = $1`, [id])).toBe(0)
      for (const sql of [
        'insert into public.lotes_asociados (contrato_id, peso_qq, humedad) values ($1, 5, 7)',
        `insert into public.mensajes (contrato_id, texto) values ($1, 'Hola')`,
        'insert into public.contratos_participantes (contrato_id, empresa_id) values ($1, 1)',
        'select public.siguiente_nombre_documento($1, $$factura$$)',
        'select public.dejar_contrato($1)',
        'select public.retirar_propuesta($1)',
      ])
        await expectRaises(db.query(sql, [id]), 'contrato_no_existe', 'PT404')
      await expect(
        db.query(
          `insert into storage.objects (bucket_id, name, owner_id) values ('contratos', $1, (select auth.uid())::text)`,
          [`${codigo}/mio.pdf`],
        ),
      ).rejects.toMatchObject({ code: '42501' })
    }))

  test('tiene a la vez una sola propuesta de la misma empresa: la relación y el contrato son una', () =>
    withUserDb('ana_agroarriba', async (db) => {
      const { centro_rival } = db.mundo.empresas
      await db.query('select public.proponer_relacion($1)', [centro_rival])
      await proponer(db)
      await expectRaises(proponer(db), 'propuesta_abierta', 'PT409')
      await expectRaises(
        db.query('select public.proponer_relacion($1)', [centro_rival]),
        'propuesta_abierta',
        'PT409',
      )
      await db.como('raul_centro_rival')
      expect(await propuestas(db)).toHaveLength(1)
      expect(await avisos(db)).toHaveLength(1)
      await expectRaises(
        crear(db, centro_rival, { exportadora_id: db.mundo.empresas.agroarriba }),
        'propuesta_por_responder',
        'PT409',
      )
    }))
})
