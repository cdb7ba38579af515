// What happens on a contract stands in its chain, in the order in which it happened, and nobody rewrites it.
import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { canonicalEvidence, type Json } from '../../server/evidencia/jcs.ts'
import { type Db, expectRaises, withUserDb } from './support.ts'

interface Evidencia {
  n: string
  en: Date
  tipo: string
  actor: string | null
  objeto: string
  canonico: string
  previo: Buffer
  hash: Buffer
}

/** The chain, read by the system; whoever spoke goes on. */
async function cadena(db: Db, id: string): Promise<Evidencia[]> {
  await db.como('sistema')
  return db.query('select * from privado.evidencias where cadena = $1 order by n', [id])
}
const tipos = async (db: Db, id: string) => hechos(await cadena(db, id)).map(({ tipo }) => tipo)
/** What a test does itself: versions of the terms and relations have tests of their own. */
const hechos = (evidencias: Evidencia[]) =>
  evidencias.filter(({ tipo }) => !/^(version|relacion)\./.test(tipo))
const datos = ({ canonico }: Evidencia) => JSON.parse(canonico).datos

/** Whether each follows the one before, and says what its columns say. */
function esCadena(evidencias: Evidencia[], propia: Record<string, Json>) {
  let previo: Buffer = Buffer.alloc(32)
  let en = ''
  for (const [i, evidencia] of evidencias.entries()) {
    const { canonico, hash } = evidencia
    expect(evidencia.previo).toEqual(previo)
    expect(createHash('sha256').update(previo).update(canonico).digest()).toEqual(hash)
    const dicho = JSON.parse(canonico)
    expect(canonicalEvidence(dicho)).toBe(canonico)
    expect(dicho).toMatchObject({ ...propia, v: 1, n: i + 1, tipo: evidencia.tipo, objeto: evidencia.objeto })
    expect(dicho.actor).toBe(evidencia.actor)
    expect(dicho.en).toBe(evidencia.en.toISOString())
    expect(dicho.en >= en).toBe(true)
    ;[previo, en] = [hash, dicho.en]
  }
}

describe('la cadena de un contrato', () => {
  test('cuenta lo que pasó, quién y cuándo, cada cosa tras la otra', () =>
    withUserDb('ana_agroarriba', async (db) => {
      const { contrato, empresas, usuarios, lote } = db.mundo
      await db.query('update public.contratos set observaciones = $2 where id = $1', [
        contrato.id,
        'Trata Juan Pérez',
      ])
      await db.query(`update public.lotes_asociados set estado = 'Recibido', peso_qq = 61.50 where id = $1`, [
        lote,
      ])
      await db.query(
        'delete from public.contratos_participantes where contrato_id = $1 and empresa_id = $2',
        [contrato.id, empresas.finca],
      )
      await db.query(`update public.lotes_asociados set estado = 'Exportado' where id = $1`, [lote])
      await db.query('insert into public.contratos_reaperturas (contrato_id, motivo) values ($1, $2)', [
        contrato.id,
        'Falta un lote',
      ])
      const todas = await cadena(db, contrato.id)
      esCadena(todas, { contrato: contrato.codigo })
      const propias = hechos(todas)
      expect(propias.map(({ tipo }) => tipo)).toEqual([
        'contrato.creado',
        'participante.asociado',
        'lote.registrado',
        'documento.registrado',
        'contrato.cambiado',
        'lote.recibido',
        'participante.retirado',
        'contrato.cerrado',
        'lote.exportado',
        'reapertura.registrada',
        'contrato.reabierto',
      ])
      expect(propias.map(({ actor }) => actor)).toEqual([
        null,
        null,
        null,
        null,
        ...Array(7).fill(usuarios.ana_agroarriba),
      ])
      expect(datos(propias[5]!)).toEqual({
        fila: expect.objectContaining({
          peso_qq: '61.50',
          peso_inicial_qq: '60.0',
          humedad: '7.5',
          id: Number(lote),
        }),
      })
      expect(datos(propias[6]!)).toEqual({ fila: null })
    }))

  test('no dice nombres ni lo que alguien escribió: su huella, con una sal que se puede borrar', () =>
    withUserDb('ana_agroarriba', async (db) => {
      const { contrato, documento } = db.mundo
      await db.query('update public.contratos set observaciones = $2 where id = $1', [
        contrato.id,
        'cédula 1710034065',
      ])
      const todas = await cadena(db, contrato.id)
      const texto = todas.map(({ canonico }) => canonico).join('\n')
      for (const secreto of ['1710034065', 'FAC-001', 'agroarriba', 'ana_'])
        expect(texto).not.toContain(secreto)
      const sal = async (objeto: string): Promise<Buffer> =>
        (await db.query('select sal from privado.evidencias_sales where objeto = $1', [objeto]))[0]!.sal
      const huella = async (objeto: string, valor: string) =>
        `sha256:${createHash('sha256')
          .update(await sal(objeto))
          .update(valor)
          .digest('hex')}`
      expect(datos(todas.at(-1)!).fila.observaciones).toBe(
        await huella(`contrato/${contrato.id}`, 'cédula 1710034065'),
      )
      const papel = todas.find(({ tipo }) => tipo === 'documento.registrado')!
      expect(datos(papel).fila.nombre_archivo).toBe(await huella(`documento/${documento}`, 'FAC-001.pdf'))
      // The one that is known.
      const [conocida] = await db.query(
        `select privado.con_sal(decode(repeat('01', 16), 'hex'), '1710034065') as huella`,
      )
      expect(conocida!.huella).toBe('4645aac0281421543cf9ea28c2b8c579d2103ac9c06a67b74138421fdc6b314c')
    }))

  test('un papel entra dos veces: cuando se registra, sin huella, y cuando el servidor leyó sus bytes', () =>
    withUserDb('sistema', async (db) => {
      const { contrato, documento } = db.mundo
      const sha256 = 'ab'.repeat(32)
      await db.query('select privado.anotar_revision($1, $2, $3)', [documento, sha256, 'application/pdf'])
      const papeles = (await cadena(db, contrato.id)).filter(
        ({ objeto }) => objeto === `documento/${documento}`,
      )
      expect(papeles.map((p) => [p.tipo, datos(p).fila.sha256])).toEqual([
        ['documento.registrado', null],
        ['documento.verificado', sha256],
      ])
    }))

  test('lo que se escribe como estaba no añade nada', () =>
    withUserDb('ana_agroarriba', async (db) => {
      const antes = await tipos(db, db.mundo.contrato.id)
      await db.como('ana_agroarriba')
      await db.query('update public.contratos set volumen_tm = volumen_tm, observaciones = observaciones')
      await db.query('update public.lotes_asociados set peso_qq = peso_qq')
      expect(await tipos(db, db.mundo.contrato.id)).toEqual(antes)
    }))

  test('lo que se deshace no deja hueco', () =>
    withUserDb('ana_agroarriba', async (db) => {
      const { contrato, contratoRival } = db.mundo
      await db.client.query('savepoint antes')
      await db.query(`update public.contratos set fecha_firma = '2026-01-10' where id = $1`, [contrato.id])
      await db.client.query('rollback to savepoint antes')
      await db.query(`update public.contratos set fecha_firma = '2026-01-11' where id = $1`, [contrato.id])
      esCadena(await cadena(db, contrato.id), { contrato: contrato.codigo })
      expect(await tipos(db, contratoRival.id)).toEqual(['contrato.creado'])
    }))

  test('cien lotes de una vez son cien evidencias seguidas', () =>
    withUserDb('ana_agroarriba', async (db) => {
      const { contrato } = db.mundo
      await db.query(
        'insert into public.lotes_asociados (contrato_id, peso_qq, humedad) select $1, 10 + i, 7 from generate_series(1, 100) as i',
        [contrato.id],
      )
      const todas = await cadena(db, contrato.id)
      esCadena(todas, { contrato: contrato.codigo })
      expect(
        hechos(todas)
          .slice(4)
          .map(({ tipo }) => tipo),
      ).toEqual(Array(100).fill('lote.registrado'))
    }))

  test('un contrato nuevo empieza la suya, con lo que se acordó', () =>
    withUserDb('ana_agroarriba', async (db) => {
      const { centro, agroarriba, finca } = db.mundo.empresas
      const [nuevo] = await db.query(
        `select * from public.crear_contrato(volumen_tm => 12.50, contraparte_id => $1, proveedores => $2,
           modalidad_precio => 'por fijar', observaciones => 'x')`,
        [centro, [finca]],
      )
      await db.query(
        'insert into public.fijaciones (contrato_id, tm, ny, diferencial) values ($1, 2.5, 8000, -120.50)',
        [nuevo!.id],
      )
      await db.query(`update public.fijaciones set motivo = 'Se equivocó' where contrato_id = $1`, [
        nuevo!.id,
      ])
      const todas = await cadena(db, nuevo!.id)
      esCadena(todas, { contrato: nuevo!.codigo })
      expect(datos(todas[0]!).fila).toMatchObject({
        volumen_tm: '12.50',
        exportadora_id: Number(agroarriba),
        contraparte_id: Number(centro),
        modalidad_precio: 'por fijar',
      })
      expect(todas.map(({ tipo }) => tipo)).toContain('fijacion.registrada')
      expect(todas.map(({ tipo }) => tipo)).toContain('fijacion.anulada')
    }))
})

describe('la cadena de una empresa', () => {
  test('cuenta roles, apagados, parámetros y precios', () =>
    withUserDb('ada_admin', async (db) => {
      const { empresas, usuarios } = db.mundo
      await db.query('update public.usuarios set activo = false where id = $1', [usuarios.ana_agroarriba])
      await db.query('update public.empresas set activo = false where id = $1', [empresas.rival])
      await db.query('update public.usuarios set empresa_id = $2 where id = $1', [
        usuarios.rosa_rival,
        empresas.agroarriba,
      ])
      const propias = await cadena(db, `-${empresas.agroarriba}`)
      esCadena(propias, { empresa: Number(empresas.agroarriba) })
      expect(hechos(propias).map(({ tipo }) => tipo)).toEqual([
        'empresa.creada',
        'usuario.incorporado',
        'usuario.incorporado',
        'usuario.cambiado',
        'usuario.incorporado',
      ])
      expect(await tipos(db, `-${empresas.rival}`)).toEqual([
        'empresa.creada',
        'usuario.incorporado',
        'empresa.apagada',
        'usuario.retirado',
      ])
      await db.como('celia_centro')
      await db.query(
        `insert into public.parametros (tipo, valor, desde) values ('saco', '{"kg": 69.50}', '2026-01-01')`,
      )
      await db.query(
        `insert into public.precios_fob (fecha, calidad, precio_tm) values ('2026-01-01', 'ASE', 8000), ('2026-01-02', 'ASE', 8100)`,
      )
      await db.query(`delete from public.precios_fob where fecha = '2026-01-01'`)
      const centro = await cadena(db, `-${empresas.centro}`)
      esCadena(centro, { empresa: Number(empresas.centro) })
      expect(
        hechos(centro)
          .slice(2)
          .map(({ tipo }) => tipo),
      ).toEqual(['parametro.publicado', 'precio.publicado', 'precio.publicado', 'precio.borrado'])
      expect(datos(hechos(centro)[2]!).fila.valor).toBe('{"kg": 69.50}')
    }))

  test('lo que es de todos va en la de la instalación', () =>
    withUserDb('ada_admin', async (db) => {
      await db.query(
        `insert into public.precios_fob (fecha, calidad, precio_tm) values ('2026-01-01', 'ASE', 8000)`,
      )
      const todas = await cadena(db, '0')
      esCadena(todas, { instalacion: 1 })
      expect(todas.at(-1)!.tipo).toBe('precio.publicado')
    }))
})

describe('lo que otros anotan', () => {
  test('va en orden canónico, y un decimal no entra como número', () =>
    withUserDb('sistema', async (db) => {
      const { contrato } = db.mundo
      await db.query('select privado.anotar_evidencia($1, $2, $3, $4)', [
        contrato.id,
        'enmienda.propuesta',
        'enmienda/1',
        '{"b": [1, {"ñ": null, "a": "1.50"}], "aa": true}',
      ])
      const todas = await cadena(db, contrato.id)
      esCadena(todas, { contrato: contrato.codigo })
      expect(todas.at(-1)!.canonico).toContain('"datos":{"aa":true,"b":[1,{"a":"1.50","ñ":null}]}')
      await expectRaises(
        db.query(`select privado.anotar_evidencia($1, 'x.y', 'x/1', '{"a": 1.5}')`, [contrato.id]),
        'evidencia_con_decimales',
        'PT422',
        'datos',
      )
    }))
})
