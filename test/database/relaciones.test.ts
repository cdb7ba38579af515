import { describe, expect, test } from 'vitest'
import { type Db, expectRaises, type Speaker, withUserDb } from './support.ts'
import { newRuc } from './world.ts'

interface Relacion {
  id: number
  estado: string
  propia: boolean
  con: { id: number; nombre: string } | null
  ruc: string | null
  contrato_id: number | null
}

const llamar = async <T>(db: Db, sql: string, params: unknown[] = []) =>
  (await db.query<{ r: T }>(`select ${sql} as r`, params))[0]!.r
const proponer = (db: Db, empresa: string) =>
  llamar<Relacion>(db, 'public.proponer_relacion(empresa_id => $1)', [empresa])
const porRuc = (db: Db, ruc: string) => llamar<Relacion>(db, 'public.proponer_relacion(ruc => $1)', [ruc])
const responder = (db: Db, id: number, acepta: boolean | null, motivo: string | null = 'No por ahora.') =>
  llamar<Relacion>(db, 'public.responder_relacion($1, $2, $3)', [id, acepta, motivo])
const terminar = (db: Db, id: number) => llamar<Relacion>(db, 'public.terminar_relacion($1)', [id])
const mias = async (db: Db) =>
  (await db.query<{ r: Relacion }>('select r from public.mis_relaciones(limite => 100) as r')).map(
    ({ r }) => r,
  )
const ficha = (db: Db, empresa: string) => db.query('select * from public.ficha_empresa($1)', [empresa])
const avisos = (db: Db) => db.query(`select texto from public.notificaciones where tipo = 'relacion'`)
async function rucDe(db: Db, empresa: string) {
  await db.como('sistema')
  return String((await db.query('select ruc from public.empresas where id = $1', [empresa]))[0]!.ruc)
}

describe('una relación', () => {
  test('la propone una empresa, la acepta la otra, y abre la ficha de ambas', () =>
    withUserDb('ana_agroarriba', async (db) => {
      const { centro_rival, agroarriba } = db.mundo.empresas
      const propuesta = await proponer(db, centro_rival)
      expect(propuesta).toMatchObject({ estado: 'propuesta', propia: true, con: { nombre: 'centro_rival' } })
      await expectRaises(ficha(db, centro_rival), 'empresa_no_existe', 'PT404')
      await db.como('raul_centro_rival')
      await expectRaises(ficha(db, agroarriba), 'empresa_no_existe', 'PT404')
      expect(await mias(db)).toContainEqual(expect.objectContaining({ id: propuesta.id, propia: false }))
      expect(await avisos(db)).toEqual([{ texto: 'agroarriba le propone trabajar juntos.' }])
      expect(await responder(db, propuesta.id, true)).toMatchObject({ estado: 'aceptada' })
      expect(await ficha(db, agroarriba)).toMatchObject([{ ruc: expect.stringMatching(/^\d{13}$/) }])
      await expectRaises(responder(db, propuesta.id, false), 'propuesta_respondida', 'PT409')
      await db.como('ana_agroarriba')
      expect(await ficha(db, centro_rival)).toHaveLength(1)
      expect(await avisos(db)).toEqual([{ texto: 'centro_rival aceptó su propuesta.' }])
      await expectRaises(proponer(db, centro_rival), 'relacion_ya_aceptada', 'PT409')
    }))

  test('se rechaza diciendo por qué, y quien propuso espera 30 días; la otra no', () =>
    withUserDb('ana_agroarriba', async (db) => {
      const { centro_rival, agroarriba } = db.mundo.empresas
      const { id } = await proponer(db, centro_rival)
      await db.como('raul_centro_rival')
      await expectRaises(responder(db, id, false, ' '), 'propuesta_sin_motivo', 'PT422', 'motivo')
      await expectRaises(responder(db, id, null), 'respuesta_invalida', 'PT422', 'acepta')
      expect(await responder(db, id, false)).toMatchObject({ estado: 'rechazada', motivo: 'No por ahora.' })
      await db.como('ana_agroarriba')
      await expectRaises(proponer(db, centro_rival), 'propuesta_en_espera', 'PT409')
      await db.como('raul_centro_rival')
      expect(await proponer(db, agroarriba)).toMatchObject({ estado: 'propuesta' })
      await db.como('sistema')
      await db.query(`update public.relaciones set estado = 'retirada' where propone_id = $1`, [centro_rival])
      await db.query(
        `update public.relaciones set respondida_en = now() - interval '31 days' where id = $1`,
        [id],
      )
      await db.como('ana_agroarriba')
      expect(await proponer(db, centro_rival)).toMatchObject({ estado: 'propuesta' })
    }))

  test('terminada, la ficha se cierra y los contratos en curso siguen', () =>
    withUserDb('celia_centro', async (db) => {
      const { agroarriba } = db.mundo.empresas
      const viva = (await mias(db)).find(({ con }) => con?.nombre === 'centro')!
      expect(await terminar(db, viva.id)).toMatchObject({ estado: 'terminada' })
      await expectRaises(ficha(db, agroarriba), 'empresa_no_existe', 'PT404')
      await expectRaises(terminar(db, viva.id), 'relacion_no_viva', 'PT409')
      expect(
        await db.cuenta(
          'insert into public.lotes_asociados (contrato_id, peso_qq, humedad) values ($1, 5, 7)',
          [db.mundo.contrato.id],
        ),
      ).toBe(1)
    }))

  // Ana's contract with the rival centre, which accepted the relation to read it, and said yes to nothing more.
  const leido = async (db: Db) => {
    const [contrato] = await db.query<{ id: string }>(
      'select id from public.crear_contrato(10, contraparte_id => $1)',
      [db.mundo.empresas.centro_rival],
    )
    await db.como('raul_centro_rival')
    const { id } = (await mias(db)).find((r) => String(r.contrato_id) === contrato!.id)!
    await responder(db, id, true)
    return { relacion: id, contrato: contrato!.id }
  }

  test.each([
    ['terminada', (db: Db, relacion: number) => terminar(db, relacion)],
    [
      'terminada por un bloqueo',
      (db: Db) => db.query('select public.bloquear_empresa($1)', [db.mundo.empresas.agroarriba]),
    ],
  ])('%s, no vuelve porque la otra parte acepte un contrato que quedó en revisión', (_, acabar) =>
    withUserDb('ana_agroarriba', async (db) => {
      const { relacion, contrato } = await leido(db)
      await acabar(db, relacion)
      await db.como('ana_agroarriba')
      expect(await db.query('select estado from public.aceptar_contrato($1)', [contrato])).toEqual([
        { estado: 'En revisión' },
      ])
      await expectRaises(ficha(db, db.mundo.empresas.centro_rival), 'empresa_no_existe', 'PT404')
      expect(
        await db.query(
          'select estado, propuesto_a is null as atada from public.crear_contrato(10, contraparte_id => $1)',
          [db.mundo.empresas.centro_rival],
        ),
      ).toEqual([{ estado: 'En revisión', atada: false }])
    }),
  )

  test('no vuelve tampoco por un contrato de un administrador que acepta quien fue bloqueado', () =>
    withUserDb('ada_admin', async (db) => {
      const { agroarriba, centro_rival } = db.mundo.empresas
      const [contrato] = await db.query(
        'select id from public.crear_contrato(10, exportadora_id => $1, contraparte_id => $2)',
        [agroarriba, centro_rival],
      )
      const aceptar = () => db.query('select estado from public.aceptar_contrato($1)', [contrato!.id])
      await db.como('raul_centro_rival')
      await aceptar()
      await db.query('select public.bloquear_empresa($1)', [agroarriba])
      await db.como('ana_agroarriba')
      expect(await aceptar()).toEqual([{ estado: 'Activo' }])
      await expectRaises(ficha(db, centro_rival), 'empresa_no_existe', 'PT404')
    }))

  test('la ve cada parte y nadie más; no la responde ni la termina otro, ni quien la propuso, ni un administrador', () =>
    withUserDb('ana_agroarriba', async (db) => {
      const { id } = await proponer(db, db.mundo.empresas.centro_rival)
      await expectRaises(responder(db, id, true), 'relacion_no_existe', 'PT404')
      for (const quien of ['rosa_rival', 'celia_centro', 'paula_otra_finca'] as Speaker[]) {
        await db.como(quien)
        expect(await db.cuenta('select id from public.relaciones where id = $1', [id])).toBe(0)
        expect((await mias(db)).map((r) => r.id)).not.toContain(id)
        await expectRaises(responder(db, id, true), 'relacion_no_existe', 'PT404')
        await expectRaises(terminar(db, id), 'relacion_no_existe', 'PT404')
      }
      await db.como('ada_admin')
      await expectRaises(responder(db, id, true), 'decide_la_empresa', 'PT403')
      for (const quien of ['omar_apagado', 'sin_perfil'] as Speaker[]) {
        await db.como(quien)
        await expectRaises(
          responder(db, id, true),
          quien === 'sin_perfil' ? 'sin_empresa' : 'cuenta_sin_acceso',
          'PT403',
        )
      }
      await db.como('anonimo')
      await expect(responder(db, id, true)).rejects.toMatchObject({ code: '42501' })
    }))

  test.each(['para_id', 'ruc', 'correo', 'propuesta_por', 'avisada'])('nadie lee %s de la tabla', (columna) =>
    withUserDb('ana_agroarriba', (db) =>
      expect(db.query(`select ${columna} from public.relaciones`)).rejects.toMatchObject({ code: '42501' }),
    ),
  )

  test.each([
    `insert into public.relaciones (propone_id, con_id, para_id, estado) values (1, 2, 2, 'aceptada')`,
    `update public.relaciones set estado = 'aceptada'`,
    'delete from public.relaciones',
  ])('nadie la escribe a mano: %s', (sql) =>
    withUserDb('ana_agroarriba', (db) => expect(db.query(sql)).rejects.toMatchObject({ code: '42501' })),
  )

  test.each([
    [[null, null], 'relacion_invalida', 'empresa_id'],
    [['-1', null], 'relacion_invalida', 'empresa_id'],
    [['propia', null], 'relacion_invalida', 'empresa_id'],
    [['otra', '1790011674001'], 'relacion_invalida', 'empresa_id'],
    [[null, '123'], 'relacion_ruc_invalido', 'ruc'],
  ])('no se propone a %j', ([empresa, ruc], clave, campo) =>
    withUserDb('ana_agroarriba', async (db) => {
      const { agroarriba, centro_rival } = db.mundo.empresas
      const id = empresa === 'propia' ? agroarriba : empresa === 'otra' ? centro_rival : empresa
      await expectRaises(
        db.query('select public.proponer_relacion($1, $2)', [id, ruc]),
        clave as string,
        'PT422',
        campo as string,
      )
    }),
  )
})

describe('a un extraño', () => {
  test('le llega una propuesta abierta y un aviso, aunque se retire y se repita', () =>
    withUserDb('ana_agroarriba', async (db) => {
      const { centro_rival } = db.mundo.empresas
      for (let vez = 0; vez < 3; vez++) {
        const { id } = await proponer(db, centro_rival)
        await expectRaises(proponer(db, centro_rival), 'propuesta_abierta', 'PT409')
        if (vez < 2) await terminar(db, id)
      }
      await db.como('raul_centro_rival')
      expect(await avisos(db)).toHaveLength(1)
      expect((await mias(db)).filter((r) => !r.propia && r.estado === 'propuesta')).toHaveLength(1)
      await expectRaises(proponer(db, db.mundo.empresas.agroarriba), 'propuesta_por_responder', 'PT409')
    }))

  test('nombrado por su RUC tampoco, y quien propone no sabe de quién es ni si existe', () =>
    withUserDb('sistema', async (db) => {
      const { centro_rival } = db.mundo.empresas
      const [existe, nadie] = [await rucDe(db, centro_rival), newRuc()]
      await db.como('ana_agroarriba')
      const [una, otra] = [await porRuc(db, existe), await porRuc(db, nadie)]
      const sinLoSuyo = ({ id: _, ruc: __, ...resto }: Relacion) => ({ ...resto, propuesta_en: '' })
      expect(sinLoSuyo(una)).toEqual(sinLoSuyo(otra))
      expect(una.con).toBeNull()
      // Naming the same company by its id looks like any other proposal, and reaches it no second time.
      expect(await proponer(db, centro_rival)).toMatchObject({ estado: 'propuesta' })
      await db.como('raul_centro_rival')
      expect(await avisos(db)).toHaveLength(1)
      expect((await mias(db)).filter((r) => !r.propia && r.estado === 'propuesta')).toHaveLength(1)
      expect((await mias(db))[0]!.ruc).toBeNull()
      await responder(db, una.id, false)
      await db.como('ana_agroarriba')
      expect((await mias(db)).find(({ id }) => id === una.id)).toMatchObject({
        estado: 'rechazada',
        con: null,
      })
      expect(await avisos(db)).toEqual([{ texto: 'Una empresa que invitó no aceptó su propuesta.' }])
      await expectRaises(ficha(db, centro_rival), 'empresa_no_existe', 'PT404')
    }))

  test('que no está en Triboka le llega cuando se crea, y entonces se sabe quién es si acepta', () =>
    withUserDb('ana_agroarriba', async (db) => {
      const ruc = newRuc()
      const { id } = await porRuc(db, ruc)
      await db.como('ada_admin')
      expect(await avisos(db)).toEqual([{ texto: 'agroarriba invita a una empresa que no está en Triboka.' }])
      expect((await mias(db)).find((r) => r.id === id)).toMatchObject({ ruc })
      await db.como('sistema')
      const [nueva] = await db.query(
        `insert into public.empresas (ruc, nombre, tipo) values ($1, 'Nueva', 'centro_acopio') returning id`,
        [ruc],
      )
      await db.query('update public.usuarios set empresa_id = $1 where id = $2', [
        nueva!.id,
        db.mundo.usuarios.raul_centro_rival,
      ])
      await db.como('raul_centro_rival')
      expect(await responder(db, id, true)).toMatchObject({ estado: 'aceptada', con: { nombre: 'Nueva' } })
      await db.como('ana_agroarriba')
      expect((await mias(db)).find((r) => r.id === id)).toMatchObject({ con: { nombre: 'Nueva' } })
    }))

  test('de una empresa salen tantas propuestas al día', () =>
    withUserDb('ana_agroarriba', async (db) => {
      await db.client.query(`select set_config('triboka.propuestas_por_dia', '3', true)`)
      for (let n = 0; n < 3; n++) await porRuc(db, newRuc())
      await expectRaises(porRuc(db, newRuc()), 'propuestas_demasiadas', 'PT429')
    }))
})

describe('bloquear', () => {
  const bloquear = (db: Db, empresa: string) => db.query('select public.bloquear_empresa($1)', [empresa])

  test('la bloqueada lo ve como si no le contestaran, y nada le llega a quien bloqueó', () =>
    withUserDb('raul_centro_rival', async (db) => {
      const { agroarriba, centro_rival, rival } = db.mundo.empresas
      await bloquear(db, agroarriba)
      await db.como('ana_agroarriba')
      const propuesta = await proponer(db, centro_rival)
      expect(propuesta).toMatchObject({ estado: 'propuesta', con: { nombre: 'centro_rival' } })
      await expectRaises(proponer(db, centro_rival), 'propuesta_abierta', 'PT409')
      await db.como('raul_centro_rival')
      expect(await avisos(db)).toEqual([])
      expect((await mias(db)).map(({ id }) => id)).not.toContain(propuesta.id)
      expect(await db.cuenta('select id from public.relaciones where id = $1', [propuesta.id])).toBe(0)
      await expectRaises(responder(db, propuesta.id, true), 'relacion_no_existe', 'PT404')
      await expectRaises(proponer(db, agroarriba), 'empresa_bloqueada', 'PT409')
      expect(await db.query('select id, nombre from public.empresas_bloqueadas()')).toEqual([
        { id: agroarriba, nombre: 'agroarriba' },
      ])
      await db.query('select public.desbloquear_empresa($1)', [agroarriba])
      expect((await mias(db)).map(({ id }) => id)).toContain(propuesta.id)
      await expectRaises(bloquear(db, centro_rival), 'bloqueo_invalido', 'PT422', 'empresa_id')
      // A relation ends with it, as it would without.
      await bloquear(db, rival)
      await db.como('rosa_rival')
      expect((await mias(db))[0]).toMatchObject({ estado: 'terminada' })
    }))
})
