// Who is invited by RUC hears of it by mail, and finds it announced when it comes; nothing of that tells whether it is here.
import { describe, expect, test } from 'vitest'
import { type Db, withUserDb } from './support.ts'
import { newRuc } from './world.ts'

const proponer = async (db: Db, ruc: string, correo: string | null) =>
  (
    await db.query<{ r: { id: number } }>('select public.proponer_relacion(ruc => $1, correo => $2) as r', [
      ruc,
      correo,
    ])
  )[0]!.r
const tomar = async (db: Db) => {
  await db.como('sistema')
  return db.query<{ relacion_id: string; correo: string; nombre: string }>(
    'select * from privado.tomar_cartas(100)',
  )
}
const esperan = async (db: Db, correo: string) => {
  await db.como('sistema')
  return (
    await db.query(
      'select 1 from privado.cartas k join public.relaciones r on r.id = k.relacion_id where r.correo = $1',
      [correo],
    )
  ).length
}
const suyas = (filas: { correo: string }[], correo: string) => filas.filter((fila) => fila.correo === correo)
const avisos = (db: Db) =>
  db.query<{ texto: string }>(`select texto from public.notificaciones where tipo = 'relacion' order by id`)

describe('la carta', () => {
  test('sale igual esté o no esté ese RUC, y lo que se responde es lo mismo', () =>
    withUserDb('ana_agroarriba', async (db) => {
      await db.como('sistema')
      const [{ ruc }] = (await db.query('select ruc from public.empresas where id = $1', [
        db.mundo.empresas.centro_rival,
      ])) as [{ ruc: string }]
      await db.como('ana_agroarriba')
      const esta = await proponer(db, ruc, 'gerencia@rival.test')
      const noEsta = await proponer(db, newRuc(), 'gerencia@nueva.test')
      const sinLoSuyo = ({ id: _, ...resto }: Record<string, unknown>) => ({
        ...resto,
        ruc: '',
        correo: '',
        propuesta_en: '',
      })
      expect(sinLoSuyo(esta)).toEqual(sinLoSuyo(noEsta))
      const cartas = await tomar(db)
      for (const correo of ['gerencia@rival.test', 'gerencia@nueva.test'])
        expect(suyas(cartas, correo)).toEqual([
          expect.objectContaining({ nombre: 'agroarriba', con_contrato: false }),
        ])
      // Taken, they wait for the next attempt; sent, for nothing.
      expect(suyas(await tomar(db), 'gerencia@rival.test')).toEqual([])
      await db.query('select privado.anotar_carta($1)', [esta.id])
      await db.query('update privado.cartas set desde = now() where relacion_id = any ($1)', [
        [esta.id, noEsta.id],
      ])
      const otraVez = await tomar(db)
      expect(suyas(otraVez, 'gerencia@rival.test')).toEqual([])
      expect(suyas(otraVez, 'gerencia@nueva.test')).toHaveLength(1)
    }))

  test('mientras el correo no contesta se intenta seis veces, en más de un día', () =>
    withUserDb('ana_agroarriba', async (db) => {
      const { id } = await proponer(db, newRuc(), 'tres@nueva.test')
      await db.como('sistema')
      let espera = 0
      for (let intento = 1; intento < 7; intento += 1) {
        expect(suyas(await tomar(db), 'tres@nueva.test')).toHaveLength(1)
        const [{ horas }] = (await db.query(
          `update privado.cartas k set desde = now() from privado.cartas antes
           where k.relacion_id = $1 and antes.relacion_id = $1
           returning extract(epoch from antes.desde - now()) / 3600 as horas`,
          [id],
        )) as [{ horas: string }]
        if (intento < 6) espera += Number(horas)
      }
      expect(espera).toBeGreaterThan(24)
      expect(suyas(await tomar(db), 'tres@nueva.test')).toEqual([])
    }))

  test('a una dirección, de una empresa, una; de todas, tres al día; y ninguna donde la bloquearon', () =>
    withUserDb('ana_agroarriba', async (db) => {
      const correo = 'uno@nueva.test'
      await proponer(db, newRuc(), correo)
      await proponer(db, newRuc(), correo.toUpperCase())
      expect(await esperan(db, correo)).toBe(1)
      for (const quien of ['celia_centro', 'raul_centro_rival', 'rosa_rival'] as const) {
        await db.como(quien)
        await proponer(db, newRuc(), correo)
      }
      expect(await esperan(db, correo)).toBe(3)
      await db.como('raul_centro_rival')
      await db.query('select public.bloquear_empresa($1)', [db.mundo.empresas.agroarriba])
      await db.como('sistema')
      const [{ email }] = (await db.query('select email from auth.users where id = $1', [
        db.mundo.usuarios.raul_centro_rival,
      ])) as [{ email: string }]
      await db.como('ana_agroarriba')
      await proponer(db, newRuc(), email)
      expect(await esperan(db, email)).toBe(0)
    }))

  test('lo que se retiró antes ya no se envía; ni la lee ni la toma un cliente', () =>
    withUserDb('ana_agroarriba', async (db) => {
      const { id } = await proponer(db, newRuc(), 'dos@nueva.test')
      await db.query('select public.terminar_relacion($1)', [id])
      for (const sql of [
        'select * from privado.cartas',
        'select privado.tomar_cartas(1)',
        'select privado.anotar_carta(1)',
      ])
        await expect(db.query(sql)).rejects.toMatchObject({ code: '42501' })
      expect(suyas(await tomar(db), 'dos@nueva.test')).toEqual([])
    }))
})

test('a la primera persona de una empresa registrada se le avisa de lo que la espera; el mismo RUC no lo entrega otra vez', () =>
  withUserDb('ana_agroarriba', async (db) => {
    const ruc = newRuc()
    const antes = await proponer(db, ruc, null)
    await db.como('sistema')
    const [{ empresa }] = (await db.query(
      `insert into public.empresas (ruc, nombre, tipo) values ($1, 'Nueva', 'centro_acopio') returning id as empresa`,
      [ruc],
    )) as [{ empresa: string }]
    // Raúl changes company: he is the first of the new one.
    await db.query(`update public.usuarios set empresa_id = $1 where id = $2`, [
      empresa,
      db.mundo.usuarios.raul_centro_rival,
    ])
    for (let i = 0; i < 2; i += 1)
      await db.query('update public.empresas set ruc = ruc where id = $1', [empresa])
    await db.como('raul_centro_rival')
    expect(await avisos(db)).toEqual([{ texto: 'agroarriba le propone trabajar juntos.' }])
    // Withdrawn and made again, it is told no second time.
    await db.como('ana_agroarriba')
    await db.query('select public.terminar_relacion($1)', [antes.id])
    const { id } = await proponer(db, ruc, null)
    await db.como('raul_centro_rival')
    expect(await avisos(db)).toEqual([{ texto: 'agroarriba le propone trabajar juntos.' }])
    const [{ r }] = (await db.query('select public.responder_relacion($1, true) as r', [id])) as [
      { r: unknown },
    ]
    expect(r).toMatchObject({ estado: 'aceptada' })
  }))

test('bloquear a una empresa no toca los contratos en curso: sus enmiendas, mensajes y avisos siguen', () =>
  withUserDb('celia_centro', async (db) => {
    const { contrato, empresas } = db.mundo
    await db.query('select public.bloquear_empresa($1)', [empresas.agroarriba])
    const cuantos = async (tipo: string) =>
      (
        await db.query('select 1 from public.notificaciones where contrato_id = $1 and tipo = $2', [
          contrato.id,
          tipo,
        ])
      ).length
    const antes = { contrato: await cuantos('contrato'), lote: await cuantos('lote') }
    await db.como('ana_agroarriba')
    await db.query(`insert into public.mensajes (contrato_id, texto) values ($1, 'Seguimos')`, [contrato.id])
    await db.query('select public.proponer_enmienda($1, $2, $3)', [
      contrato.id,
      '{"volumen_tm": "222"}',
      'Más',
    ])
    await db.query('insert into public.lotes_asociados (contrato_id, peso_qq, humedad) values ($1, 5, 7)', [
      contrato.id,
    ])
    // What is new reaches nobody.
    const [nuevo] = await db.query<{ id: string }>(
      'select id from public.crear_contrato(10, contraparte_id => $1)',
      [empresas.centro],
    )
    await db.como('celia_centro')
    expect(await cuantos('mensaje')).toBe(1)
    expect(await cuantos('lote')).toBe(antes.lote + 1)
    expect(
      (await db.query('select 1 from public.notificaciones where contrato_id = $1', [nuevo!.id])).length,
    ).toBe(0)
    expect(await db.query('select * from public.mis_propuestas()')).toEqual([])
    const [enmienda] = await db.query<{ id: string }>(
      `select id from public.enmiendas where contrato_id = $1 and estado = 'propuesta'`,
      [contrato.id],
    )
    expect(enmienda).toBeDefined()
    await db.query('select public.responder_enmienda($1, true)', [enmienda!.id])
    expect(await db.query('select volumen_tm from public.contratos where id = $1', [contrato.id])).toEqual([
      { volumen_tm: '222' },
    ])
  }))
