import { describe, expect, test } from 'vitest'
import { proponer, responder, retirar, terminos } from './enmiendas.ts'
import { type Db, expectRaises, withUserDb } from './support.ts'

/** A contract of a fixed price of 5000 that two people signed, seen by one of them. */
const conPrecio = (quien: Parameters<typeof withUserDb>[0], work: (db: Db) => Promise<void>) =>
  withUserDb('sistema', async (db) => {
    await db.query('update public.contratos_precios set precio_fijado_tm = 5000 where contrato_id = $1', [
      db.mundo.contrato.id,
    ])
    await db.como(quien)
    await work(db)
  })
const editar = (db: Db, sets: string, tabla = 'contratos') =>
  db.cuenta(`update public.${tabla} set ${sets} where ${tabla === 'contratos' ? 'id' : 'contrato_id'} = $1`, [
    db.mundo.contrato.id,
  ])
/** The terms, read by the system. */
const leer = async (db: Db) => {
  await db.como('sistema')
  return terminos(db.client, db.mundo.contrato.id)
}

describe('los términos de un contrato Activo', () => {
  test.each([
    ['volumen_tm', 'volumen_tm = 250'],
    ['calidad', `calidad = 'ASE'`],
    ['fecha_entrega', `fecha_entrega = '2027-01-31'`],
    ['tolerancia_pct', 'tolerancia_pct = 10'],
    ['modalidad_precio', `modalidad_precio = 'por fijar'`],
    ['cierre', `cierre = 'al completar el volumen'`],
    ['dias_confirmacion', 'dias_confirmacion = 5'],
    ['volumen_tm', `observaciones = 'x', volumen_tm = 201`],
  ])('ninguna parte, ni un administrador, cambia sola %s', (campo, sets) =>
    conPrecio('celia_centro', async (db) => {
      for (const quien of ['celia_centro', 'ana_agroarriba', 'ada_admin'] as const) {
        await db.como(quien)
        await expectRaises(editar(db, sets), 'contrato_cambia_por_enmienda', 'PT409', campo)
      }
      expect((await leer(db)).versiones).toHaveLength(2)
    }),
  )

  test.each(['precio_fijado_tm', 'diferencial_tm'])('ni sube sola el precio: %s', (campo) =>
    conPrecio('celia_centro', async (db) => {
      for (const quien of ['celia_centro', 'ana_agroarriba', 'ada_admin'] as const) {
        await db.como(quien)
        for (const valor of ['9000', 'null'].slice(0, campo === 'diferencial_tm' ? 1 : 2))
          await expectRaises(
            editar(db, `${campo} = ${valor}`, 'contratos_precios'),
            'contrato_cambia_por_enmienda',
            'PT409',
            campo,
          )
      }
      expect((await leer(db)).ahora.precio_fijado_tm).toBe('5000')
    }),
  )

  test('lo que no obliga a nadie cambia en el acto', () =>
    conPrecio('celia_centro', async (db) => {
      expect(await editar(db, `observaciones = 'x', fecha_firma = '2026-01-15'`)).toBe(1)
      expect(await editar(db, 'volumen_tm = 200.0, tolerancia_pct = 0')).toBe(1)
      expect((await leer(db)).versiones).toHaveLength(2)
    }))

  test('un administrador que reabre uno cerrado no los cambia de paso', () =>
    conPrecio('ada_admin', async (db) => {
      await editar(db, `estado = 'Cerrado'`)
      await expectRaises(
        editar(db, `estado = 'Activo', volumen_tm = 1`),
        'contrato_cambia_por_enmienda',
        'PT409',
        'volumen_tm',
      )
      expect(await editar(db, `estado = 'Activo'`)).toBe(1)
    }))
})

describe('una enmienda', () => {
  test('rige cuando la otra parte la acepta, y deja su versión', () =>
    conPrecio('celia_centro', async (db) => {
      const propuesta = await proponer(db, { precio_fijado_tm: '9000.50', volumen_tm: 210.5 }, ' Subió NY ')
      expect(propuesta).toMatchObject({
        n: 1,
        de_version: 2,
        estado: 'propuesta',
        nota: 'Subió NY',
        cambios: { precio_fijado_tm: '9000.50', volumen_tm: '210.5' },
        propuesta_por: db.mundo.usuarios.celia_centro,
        propuesta_empresa: db.mundo.empresas.centro,
      })
      expect((await leer(db)).ahora.precio_fijado_tm).toBe('5000')
      await db.como('ana_agroarriba')
      expect(await responder(db, propuesta.id, true)).toMatchObject({ estado: 'aceptada', motivo: null })
      const { ahora, versiones } = await leer(db)
      expect(ahora).toMatchObject({ precio_fijado_tm: '9000.50', volumen_tm: '210.5', tolerancia_pct: '0' })
      expect(versiones.map(({ n, origen }) => [n, origen])).toEqual([
        [1, 'creacion'],
        [2, 'sistema'],
        [3, 'enmienda'],
      ])
      expect(versiones[2]).toMatchObject({
        terminos: ahora,
        enmienda_id: propuesta.id,
        propuesta_por: db.mundo.usuarios.celia_centro,
        propuesta_empresa: db.mundo.empresas.centro,
        aceptada_por: db.mundo.usuarios.ana_agroarriba,
        aceptada_empresa: db.mundo.empresas.agroarriba,
        aceptada_en: expect.any(Date),
      })
      const { rows } = await db.client.query(
        'select texto from public.mensajes where contrato_id = $1 order by id desc limit 2',
        [db.mundo.contrato.id],
      )
      expect(rows.map(({ texto }) => texto)).toEqual([
        'ana_agroarriba (agroarriba) aceptó la enmienda 1.',
        'celia_centro (centro) propuso la enmienda 1.',
      ])
      const avisos = await db.client.query(
        `select texto, datos, usuario_id from public.notificaciones where contrato_id = $1 and datos ? 'enmienda' order by id`,
        [db.mundo.contrato.id],
      )
      expect(new Set(avisos.rows.map(({ usuario_id }) => usuario_id))).toEqual(
        new Set(
          ['ana_agroarriba', 'celia_centro', 'pedro_finca'].map(
            (q) => db.mundo.usuarios[q as 'ana_agroarriba'],
          ),
        ),
      )
      expect(JSON.stringify([rows, avisos.rows])).not.toMatch(/9000|210|5000|precio/)
    }))

  test('de una en una: la segunda espera a que la primera se responda o se retire', () =>
    conPrecio('celia_centro', async (db) => {
      const { id } = await proponer(db, { volumen_tm: 250 })
      for (const quien of ['celia_centro', 'ana_agroarriba'] as const) {
        await db.como(quien)
        await expectRaises(proponer(db, { volumen_tm: 300 }), 'enmienda_pendiente', 'PT409')
      }
      await expectRaises(retirar(db, id), 'enmienda_ajena', 'PT403')
      await db.como('celia_centro')
      expect(await retirar(db, id)).toMatchObject({ estado: 'retirada', respondida_en: expect.any(Date) })
      await db.como('ana_agroarriba')
      await expectRaises(responder(db, id, true), 'enmienda_respondida', 'PT409')
      expect(await proponer(db, { volumen_tm: 300 })).toMatchObject({ n: 2 })
      expect((await leer(db)).ahora.volumen_tm).toBe('200')
    }))

  test('no la responde quien la propuso, ni un colega, ni un administrador, ni un proveedor', () =>
    conPrecio('celia_centro', async (db) => {
      const { id } = await proponer(db, { volumen_tm: 250 })
      for (const acepta of [true, false])
        await expectRaises(responder(db, id, acepta, 'No'), 'enmienda_propia', 'PT403')
      // A colleague, and an administrator who works for the other side.
      await db.como('sistema')
      const { usuarios, empresas } = db.mundo
      await db.query('update public.usuarios set empresa_id = $2, rol = $3 where id = $1', [
        usuarios.raul_centro_rival,
        empresas.centro,
        'centro_acopio',
      ])
      await db.query('update public.usuarios set empresa_id = $2 where id = $1', [
        usuarios.ada_admin,
        empresas.agroarriba,
      ])
      await db.como('raul_centro_rival')
      await expectRaises(responder(db, id, true), 'enmienda_propia', 'PT403')
      await db.como('ada_admin')
      await expectRaises(responder(db, id, true), 'enmienda_de_las_partes', 'PT403')
      await expectRaises(retirar(db, id), 'enmienda_de_las_partes', 'PT403')
      await expectRaises(proponer(db, { volumen_tm: 9 }), 'enmienda_de_las_partes', 'PT403')
      for (const quien of ['pedro_finca', 'rosa_rival', 'paula_otra_finca'] as const) {
        await db.como(quien)
        await expectRaises(responder(db, id, true), 'enmienda_no_existe', 'PT404')
        await expectRaises(retirar(db, id), 'enmienda_no_existe', 'PT404')
        expect(await db.query('select from public.enmiendas')).toEqual([])
        expect(
          await db.query('select from public.contratos_versiones where contrato_id = $1', [
            db.mundo.contrato.id,
          ]),
        ).toEqual([])
      }
      await db.como('pedro_finca')
      await expectRaises(proponer(db, { volumen_tm: 9 }), 'enmienda_de_las_partes', 'PT403')
      await db.como('rosa_rival')
      await expectRaises(proponer(db, { volumen_tm: 9 }), 'contrato_no_existe', 'PT404')
      await db.como('omar_apagado')
      await expectRaises(responder(db, id, true), 'cuenta_sin_acceso', 'PT403')
    }))

  test('ni quien la propuso y ahora trabaja para la otra parte', () =>
    conPrecio('celia_centro', async (db) => {
      const { id } = await proponer(db, { volumen_tm: 250 })
      await db.como('sistema')
      await db.query('update public.usuarios set empresa_id = $2, rol = $3 where id = $1', [
        db.mundo.usuarios.celia_centro,
        db.mundo.empresas.agroarriba,
        'exportadora',
      ])
      await db.como('celia_centro')
      await expectRaises(responder(db, id, true), 'enmienda_propia', 'PT403')
    }))

  test('un proveedor que firma como contraparte propone y acepta', () =>
    withUserDb('sistema', async (db) => {
      const { rows } = await db.client.query(
        `insert into public.contratos (exportadora_id, contraparte_id, volumen_tm, estado) values ($1, $2, 50, 'Activo') returning id`,
        [db.mundo.empresas.agroarriba, db.mundo.empresas.finca],
      )
      db.mundo.contrato.id = rows[0].id
      await db.como('pedro_finca')
      const { id } = await proponer(db, { volumen_tm: '60' })
      await db.como('ana_agroarriba')
      await responder(db, id, true)
      const otra = await proponer(db, { volumen_tm: '70' })
      await db.como('pedro_finca')
      await responder(db, otra.id, true)
      expect((await leer(db)).ahora.volumen_tm).toBe('70')
    }))

  test('se rechaza diciendo por qué, y nada cambia', () =>
    conPrecio('celia_centro', async (db) => {
      const { id } = await proponer(db, { volumen_tm: 250 })
      await db.como('ana_agroarriba')
      await expectRaises(responder(db, id, false, ' \n'), 'enmienda_sin_motivo', 'PT422', 'motivo')
      await expectRaises(responder(db, id, null), 'enmienda_sin_respuesta', 'PT422', 'acepta')
      expect(await responder(db, id, false, ' No conviene ')).toMatchObject({
        estado: 'rechazada',
        motivo: 'No conviene',
      })
      await expectRaises(responder(db, id, true), 'enmienda_respondida', 'PT409')
      expect((await leer(db)).ahora.volumen_tm).toBe('200')
    }))

  test('vence por el reloj, la marque alguien o no', () =>
    conPrecio('celia_centro', async (db) => {
      const { id } = await proponer(db, { volumen_tm: 250 })
      await db.como('sistema')
      await db.query('alter table public.enmiendas disable trigger user')
      await db.query(`update public.enmiendas set vence_en = clock_timestamp() where id = $1`, [id])
      await db.query('alter table public.enmiendas enable trigger user')
      await db.como('ana_agroarriba')
      await expectRaises(responder(db, id, true), 'enmienda_vencida', 'PT409')
      // Whoever proposes another marks it.
      expect(await proponer(db, { volumen_tm: 260 })).toMatchObject({ n: 2 })
      await db.como('sistema')
      const [vieja] = await db.query('select estado, respondida_por from public.enmiendas where id = $1', [
        id,
      ])
      expect(vieja).toEqual({ estado: 'vencida', respondida_por: null })
      expect(await db.query('select privado.vencer_enmiendas()')).toEqual([{ vencer_enmiendas: 0 }])
    }))

  test('de términos que cambiaron después no se acepta', () =>
    conPrecio('celia_centro', async (db) => {
      const { id } = await proponer(db, { volumen_tm: 250 })
      await db.como('sistema')
      await editar(db, 'tolerancia_pct = 5')
      await db.como('ana_agroarriba')
      await expectRaises(responder(db, id, true), 'enmienda_de_otra_version', 'PT409')
      await responder(db, id, false, 'Ya son otros')
    }))
})
