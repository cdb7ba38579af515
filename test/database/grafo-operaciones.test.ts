// What each operation takes and gives, and what it refuses: invariants 2, 4, 5, 7, 9, 10 and 11 of the graph of lots.
import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { conCasa, nuevoCentro, nuevoProductor, registrar, saldoDe } from './grafo.ts'
import { expectRaises } from './support.ts'

describe('lo que entra es lo que sale y lo que se pierde', () => {
  test('mezclar 1000 + 500 + 1500 da 3000.000', () =>
    conCasa(async (db, { recibir }) => {
      const lotes = [await recibir(1000), await recibir(500), await recibir(1500)]
      const { lotes: hechos } = await registrar(db.query, 'mezclar', {
        entradas: lotes.map(({ id }) => ({ lote: id })),
      })
      expect(hechos).toMatchObject([{ kg: 3000, condicion: 'seco', humedad_pct: 7 }])
      for (const { id } of lotes) expect(await saldoDe(db.query, id)).toBe(0)
      expect(await saldoDe(db.query, hechos[0]!.id)).toBe(3000)
    }))

  test('dividir, clasificar y merma cuadran al gramo, o se rechazan', () =>
    conCasa(async (db, { recibir, refuse }) => {
      const { codigo } = await recibir(100)
      const partes = (uno: number, otro: number) => ({
        entradas: [{ lote: codigo }],
        salidas: [{ kg: uno }, { kg: otro }],
      })
      await refuse('dividir', partes(60, 40.001), 'sale_mas_de_lo_que_entra', 'PT422', 'salidas')
      await refuse('dividir', partes(60, 39.999), 'balance_no_cuadra', 'PT422', 'salidas')
      const { lotes } = await registrar(db.query, 'dividir', {
        ...partes(60, 39.999),
        perdidas: [{ causa: 'muestra', kg: 0.001 }],
      })
      const grados = await registrar(db.query, 'clasificar', {
        entradas: [{ lote: lotes[0]!.id }],
        salidas: [{ kg: 50, grado: 'ASSS' }, { grado: 'ASE' }],
        perdidas: [{ causa: 'impurezas', kg: '1.250' }],
      })
      expect(grados.lotes).toMatchObject([
        { kg: 50, grado: 'ASSS' },
        { kg: 8.75, grado: 'ASE' },
      ])
      await refuse(
        'merma',
        { entradas: [{ lote: lotes[1]!.id, kg: 2 }] },
        'balance_no_cuadra',
        'PT422',
        'perdidas',
      )
      await registrar(db.query, 'merma', {
        entradas: [{ lote: lotes[1]!.id, kg: 2 }],
        perdidas: [{ causa: 'robo', kg: 2 }],
      })
      expect(await saldoDe(db.query, lotes[1]!.id)).toBe(37.999)
    }))

  test('lo que se embarca no se consume, ni más de lo que queda, ni dos veces en una operación', () =>
    conCasa(async (db, { recibir, refuse }) => {
      const lote = await recibir(100)
      const e = { lote: lote.id, kg: 10 }
      await refuse('mezclar', { entradas: [e, e] }, 'entrada_repetida', 'PT422', 'entradas[0].lote')
      await refuse(
        'embarcar',
        { entradas: [{ ...e, kg: 100.001 }] },
        'saldo_insuficiente',
        'PT409',
        'entradas[0].kg',
      )
      const { lotes } = await registrar(db.query, 'embarcar', { entradas: [{ lote: lote.id }] })
      expect(lotes).toMatchObject([{ kg: 100, embarcado: true, centro_id: null }])
      await refuse(
        'merma',
        { entradas: [{ lote: lotes[0]!.id }] },
        'lote_embarcado',
        'PT409',
        'entradas[0].lote',
      )
      await refuse(
        'embarcar',
        { entradas: [{ lote: lote.id }] },
        'saldo_insuficiente',
        'PT409',
        'entradas[0].kg',
      )
    }))
})

test('un lote va de un centro a otro, de una vez o saliendo y llegando', () =>
  conCasa(async (db, { recibir, refuse, centro }) => {
    const bodega = await nuevoCentro(db.query, 'BO1', 'bodega')
    const lote = await recibir(100)
    await refuse('trasladar', { entradas: [{ lote: lote.id }] }, 'destino_invalido', 'PT422', 'destino_id')
    const salida = await registrar(db.query, 'trasladar', {
      entradas: [{ lote: lote.id, kg: 60 }],
      fase: 'salida',
      destino_id: bodega,
    })
    const enCamino = salida.lotes[0]!
    expect(enCamino).toMatchObject({ kg: 60, centro_id: null, embarcado: false })
    await refuse(
      'embarcar',
      { entradas: [{ lote: enCamino.id }] },
      'lote_en_camino',
      'PT409',
      'entradas[0].lote',
    )
    const llegada = await registrar(db.query, 'trasladar', {
      entradas: [{ lote: enCamino.id }],
      fase: 'llegada',
      perdidas: [{ causa: 'derrame', kg: 0.5 }],
    })
    expect(llegada.lotes).toMatchObject([{ kg: 59.5, centro_id: Number(bodega) }])
    const entradas = [{ lote: llegada.lotes[0]!.id }, { lote: lote.id }]
    await refuse('mezclar', { entradas }, 'lotes_en_otro_centro', 'PT409', 'entradas[1].lote')
    const vuelta = await registrar(db.query, 'trasladar', {
      entradas: [{ lote: llegada.lotes[0]!.id }],
      destino_id: centro,
    })
    expect(vuelta.lotes[0]!.centro_id).toBe(Number(centro))
  }))

test('el origen y las certificaciones de una mezcla son los más débiles', () =>
  conCasa(async (db, { recibir, refuse }) => {
    const productor = Number(await nuevoProductor(db.query))
    const bueno = await recibir(990, { productor_id: productor, certificaciones: ['RA', 'Orgánico'] })
    const otro = await recibir(500, { productor_id: productor, certificaciones: ['RA'] })
    const sinOrigen = await recibir(10, { certificaciones: ['RA'] })
    expect(bueno).toMatchObject({ origen_conocido: true, certificaciones: ['Orgánico', 'RA'] })
    expect(sinOrigen.origen_conocido).toBe(false)
    const entradas = [{ lote: bueno.id, kg: 500 }, { lote: otro.id }]
    await refuse(
      'mezclar',
      { entradas, salidas: [{ certificaciones: ['Orgánico'] }] },
      'certificacion_ajena',
      'PT422',
      'salidas[0].certificaciones',
    )
    const limpia = await registrar(db.query, 'mezclar', { entradas })
    expect(limpia.lotes).toMatchObject([{ origen_conocido: true, certificaciones: ['RA'] }])
    const manchada = await registrar(db.query, 'mezclar', {
      entradas: [{ lote: bueno.id }, { lote: sinOrigen.id }],
    })
    expect(manchada.lotes).toMatchObject([{ origen_conocido: false, certificaciones: ['RA'] }])
  }))

test('lo de otra empresa se recibe con su nombre y un contrato propio, que dicen su origen', () =>
  conCasa(async (db, { recibir, refuse, centro }) => {
    const { contrato, contratoRival } = db.mundo
    const ajeno = { lote_externo: 'SACO-7' }
    expect(await recibir(10, ajeno, { contrato_id: contrato.id })).toMatchObject({ origen_conocido: true })
    for (const [de, mas] of [
      [ajeno, {}],
      [{}, { contrato_id: contrato.id }],
    ] as const)
      expect(await recibir(10, de, mas)).toMatchObject({ origen_conocido: false })
    const salidas = [{ kg: 10, condicion: 'seco', ...ajeno }]
    for (const contrato_id of [contratoRival.id, '999999999'])
      await refuse('recibir', { centro_id: centro, contrato_id, salidas }, 'contrato_no_existe', 'PT404')
  }))

test('se cuenta tarde, pero no antes que la operación que hizo el lote, ni en el futuro', () =>
  conCasa(async (db, { recibir, refuse }) => {
    const lote = await recibir(100, {}, { en: '2026-03-10T10:00:00-05:00' })
    const merma = { entradas: [{ lote: lote.id, kg: 1 }], perdidas: [{ causa: 'muestra', kg: 1 }] }
    await refuse(
      'merma',
      { ...merma, en: '2026-03-10T09:59:59-05:00' },
      'operacion_antes_que_su_lote',
      'PT409',
      'en',
    )
    await refuse('merma', { ...merma, en: '2100-01-01T00:00:00Z' }, 'operacion_en_el_futuro', 'PT422', 'en')
    await refuse('merma', { ...merma, en: '-infinity' }, 'operacion_en_el_futuro', 'PT422', 'en')
    await registrar(db.query, 'merma', { ...merma, en: '2026-03-12T10:00:00-05:00' })
    // What was done before the last one told, and after the lot was made, is welcome.
    await registrar(db.query, 'merma', { ...merma, en: '2026-03-11T10:00:00-05:00' })
    expect(await saldoDe(db.query, lote.id)).toBe(98)
  }))

test('con el mismo id, lo mismo se responde igual y otra cosa se rechaza', () =>
  conCasa(async (db, { centro, refuse }) => {
    const id = randomUUID()
    const pedido = { id, centro_id: centro, salidas: [{ kg: 10, condicion: 'baba' }] }
    const primera = await registrar(db.query, 'recibir', pedido)
    expect(primera.operacion.id).toBe(id)
    expect(await registrar(db.query, 'recibir', pedido)).toEqual(primera)
    const otra = { ...pedido, salidas: [{ kg: 11, condicion: 'baba' }] }
    await refuse('recibir', otra, 'operacion_distinta', 'PT409', 'id')
    // To another company it is an id that is taken, and nothing else.
    await db.como('rosa_rival')
    await nuevoCentro(db.query)
    await refuse('recibir', pedido, 'operacion_distinta', 'PT409', 'id')
  }))

test('los códigos de una empresa y un año van seguidos, también cuando algo se rechaza', () =>
  conCasa(async (db, { recibir, refuse }) => {
    const numero = (codigo: string) => Number(codigo.slice(8))
    const primero = await recibir(10)
    expect(primero.codigo).toMatch(/^LO-\d{4}-000001$/)
    await refuse('merma', { entradas: [{ lote: primero.id }] }, 'balance_no_cuadra', 'PT422', 'perdidas')
    const partes = await registrar(db.query, 'dividir', {
      entradas: [{ lote: primero.id }],
      salidas: [{ kg: 4 }, { kg: 6 }],
    })
    expect(partes.lotes.map(({ codigo, kg }) => [numero(codigo), kg])).toEqual([
      [2, 4],
      [3, 6],
    ])
  }))

test('nadie cambia ni borra lo registrado, tampoco quien es dueño de la base', () =>
  conCasa(async (db, { recibir }) => {
    await recibir(10)
    await db.como('sistema')
    for (const tabla of ['lotes', 'operaciones', 'productos'])
      for (const sql of [
        `update public.${tabla} set empresa_id = empresa_id`,
        `delete from public.${tabla}`,
        `truncate public.${tabla} cascade`,
      ])
        await expectRaises(db.query(sql), 'grafo_inmutable', 'PT409')
  }))

describe('quien no lleva esos lotes', () => {
  test('un proveedor y un administrador no registran nada', () =>
    conCasa(async (db, { recibir, refuse }) => {
      const lote = await recibir(10)
      for (const quien of ['pedro_finca', 'ada_admin'] as const) {
        await db.como(quien)
        await refuse('merma', { entradas: [{ lote: lote.id }] }, 'grafo_sin_permiso', 'PT403')
      }
    }))

  test('a la rival, un lote, un centro y un productor ajenos le son como los que no existen', () =>
    conCasa(async (db, { recibir, refuse, centro }) => {
      const productor = Number(await nuevoProductor(db.query))
      const lote = await recibir(10)
      await db.como('rosa_rival')
      const suyo = await nuevoCentro(db.query)
      for (const nombre of [lote.id, lote.codigo, randomUUID(), 'LO-2026-999999', 'nada'])
        await refuse('merma', { entradas: [{ lote: nombre }] }, 'lote_no_existe', 'PT404', 'entradas[0].lote')
      const salidas = [{ kg: 1, condicion: 'seco' }]
      for (const ajeno of [centro, '999999999'])
        await refuse('recibir', { centro_id: ajeno, salidas }, 'centro_no_existe', 'PT404', 'centro_id')
      for (const productor_id of [productor, 999999999])
        await refuse(
          'recibir',
          { centro_id: suyo, salidas: [{ ...salidas[0], productor_id }] },
          'productor_no_existe',
          'PT404',
          'salidas[0].productor_id',
        )
      const saldo = `select public.saldo_kg(jsonb_populate_record(null::public.lotes, $1)) as kg`
      expect(await db.query(saldo, [JSON.stringify({ id: lote.id })])).toEqual([{ kg: null }])
    }))
})
