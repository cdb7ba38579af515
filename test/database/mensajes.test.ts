import { describe, expect, test } from 'vitest'
import { withUserDb } from './support.ts'

const textos = `select texto from public.mensajes where contrato_id = $1 order by id`

describe('mensajes', () => {
  test('llevan el nombre y la empresa de quien los escribió, y no se cambian ni se borran', async () => {
    await withUserDb('celia_centro', async (db) => {
      const [mensaje] = await db.query(
        `insert into public.mensajes (contrato_id, texto) values ($1, E'  Llegó el camión\n') returning *`,
        [db.mundo.contrato.id],
      )
      expect(mensaje).toMatchObject({
        tipo: 'usuario',
        usuario_id: db.mundo.usuarios.celia_centro,
        empresa: 'centro',
        texto: 'Llegó el camión',
      })
      expect(mensaje!.autor).not.toBe('')
      await db.como('sistema')
      for (const sql of [
        `update public.mensajes set texto = 'otro' where id = ${mensaje!.id}`,
        `delete from public.mensajes where id = ${mensaje!.id}`,
      ])
        await expect(db.query(sql)).rejects.toMatchObject({ message: 'mensaje_inmutable', code: 'PT409' })
    })
  })

  test.each(['', '   ', 'x'.repeat(4001)])('un texto vacío o muy largo se rechaza', async (texto) => {
    await withUserDb('ana_agroarriba', async (db) => {
      await expect(
        db.query('insert into public.mensajes (contrato_id, texto) values ($1, $2)', [
          db.mundo.contrato.id,
          texto,
        ]),
      ).rejects.toMatchObject({ constraint: 'mensajes_texto_valido' })
    })
  })

  test('solo señalan documentos y lotes de su contrato; el mismo envío no se escribe dos veces', async () => {
    await withUserDb('ana_agroarriba', async (db) => {
      const { contrato, documento, lote, contratoRival } = db.mundo
      const escribir = `insert into public.mensajes (contrato_id, texto, documento_id, lote_id, id_cliente) values ($1, 'Vea', $2, $3, $4)`
      await db.query(escribir, [contrato.id, documento, lote, null])
      await db.como('ada_admin')
      await expect(db.query(escribir, [contratoRival.id, documento, null, null])).rejects.toMatchObject({
        constraint: 'mensajes_documento_fkey',
      })
      await expect(db.query(escribir, [contratoRival.id, null, lote, null])).rejects.toMatchObject({
        constraint: 'mensajes_lote_fkey',
      })
      const id = '11111111-1111-4111-8111-111111111111'
      await db.query(escribir, [contrato.id, null, null, id])
      await expect(db.query(escribir, [contrato.id, null, null, id])).rejects.toMatchObject({
        constraint: 'mensajes_id_cliente_key',
      })
    })
  })

  test('en un contrato eliminado nadie escribe; en uno cerrado, sí', async () => {
    await withUserDb('sistema', async (db) => {
      const { id } = db.mundo.contrato
      await db.query(`update public.contratos set estado = 'Cerrado' where id = $1`, [id])
      const escribir = `insert into public.mensajes (contrato_id, texto) values ($1, 'Gracias')`
      await db.como('pedro_finca')
      await db.query(escribir, [id])
      await db.como('ada_admin')
      await db.query('select public.eliminar_contrato($1)', [id])
      await db.como('pedro_finca')
      await expect(db.query(escribir, [id])).rejects.toMatchObject({ message: 'contrato_no_existe' })
    })
  })

  test('el sistema cuenta la apertura, los lotes, los documentos, los estados y los socios', async () => {
    await withUserDb('ana_agroarriba', async (db) => {
      const { empresas } = db.mundo
      const [{ id, codigo }] = (await db.query(
        `select * from public.crear_contrato(10, contraparte_id => $1, proveedores => array[$2::bigint])`,
        [empresas.centro, empresas.finca],
      )) as [{ id: string; codigo: string }]
      await db.query(
        `insert into public.lotes_asociados (contrato_id, peso_qq, humedad) values ($1, 60.0, 7.5)`,
        [id],
      )
      await db.query(`update public.lotes_asociados set estado = 'Exportado' where contrato_id = $1`, [id])
      const dichos = (await db.query<{ texto: string }>(textos, [id])).map(({ texto }) => texto)
      const yo = dichos[0]!.replace(` abrió el contrato ${codigo}.`, '')
      expect(yo).toContain('agroarriba')
      expect(dichos).toEqual([
        `${yo} abrió el contrato ${codigo}.`,
        `${yo} asoció a finca al contrato.`,
        `${yo} registró el lote LT-0001: 60.0 qq, 7.5 % de humedad.`,
        `${yo} pasó el lote LT-0001 a Exportado.`,
        `El contrato quedó Cerrado con 2.7216 de 10 TM exportadas (27.22 %): lo último fue de ${yo}.`,
      ])
      await db.como('sistema')
      const difundidos = await db.query(
        `select event, private, payload ->> 'texto' as texto from realtime.messages where topic = $1 order by (payload ->> 'id')::bigint`,
        [`contrato:${codigo}`],
      )
      expect(difundidos).toEqual(dichos.map((texto) => ({ event: 'mensaje', private: true, texto })))
    })
  })
})

describe('lecturas', () => {
  test('solo avanzan, y no más allá de lo escrito; de ellas sale lo que falta leer', async () => {
    await withUserDb('celia_centro', async (db) => {
      const { id } = db.mundo.contrato
      const sinLeer = async () => (await db.query('select privado.sin_leer($1) as n', [id]))[0]!.n
      const antes = await sinLeer()
      expect(antes).toBeGreaterThan(0)
      await db.como('ana_agroarriba')
      const [{ id: ultimo }] = (await db.query(
        `insert into public.mensajes (contrato_id, texto) values ($1, 'Hola') returning id`,
        [id],
      )) as [{ id: string }]
      await db.como('celia_centro')
      expect(await sinLeer()).toBe(antes + 1)
      const marcar = `insert into public.lecturas (contrato_id, hasta) values ($1, $2)
        on conflict (usuario_id, contrato_id) do update set hasta = excluded.hasta returning hasta`
      expect(await db.query(marcar, [id, '9000000000000000'])).toEqual([{ hasta: ultimo }])
      expect(await db.query(marcar, [id, 1])).toEqual([{ hasta: ultimo }])
      expect(await sinLeer()).toBe(0)
      await db.query(`insert into public.mensajes (contrato_id, texto) values ($1, 'Mío')`, [id])
      expect(await sinLeer()).toBe(0)
    })
  })
})
