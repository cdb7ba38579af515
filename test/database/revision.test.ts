import { describe, expect, test } from 'vitest'
import { comoTarea, HUELLA, subir, ver } from './documentos.ts'
import { type Db, expectConstraint, withUserDb } from './support.ts'

const OTRA = 'cd'.repeat(32)

/** What the server read of the bytes of a document; null where there are none. */
const leer = async (db: Db, id: string, sha256: string | null = HUELLA, mime = 'image/png') => {
  await comoTarea(db)
  const [row] = await db.query('select privado.anotar_revision($1, $2, $3) as es', [
    id,
    sha256,
    sha256 && mime,
  ])
  return row!.es
}
const documento = async (db: Db, id: string) =>
  (await db.query('select * from public.documentos_contrato where id = $1', [id]))[0]!
/** What waits to be read, of what this test made. */
const esperan = async (db: Db) => {
  await db.como('sistema')
  return (
    await db.query(
      'select documento_id from privado.documentos_por_leer where intentos = 0 and desde = now()',
    )
  ).map(({ documento_id }) => documento_id)
}

describe('un documento que registró un SDK', () => {
  test('está por verificar hasta que el servidor lee sus bytes: entonces tiene su huella, y una sola', () =>
    withUserDb('pedro_finca', async (db) => {
      const { id, verificacion } = await subir(db, 'a.pdf')
      expect(verificacion).toBe('por verificar')
      expect(await esperan(db)).toContain(id)
      expect(await leer(db, id)).toBe('verificado')
      expect(await leer(db, id, OTRA, 'text/csv')).toBe('alterado')
      expect(await documento(db, id)).toMatchObject({
        sha256: HUELLA,
        mime: 'image/png',
        huella_de: 'revision',
        verificacion: 'alterado',
      })
      expect(await esperan(db)).not.toContain(id)
    }))

  test('no lo verifica un usuario, ni lee qué espera', () =>
    withUserDb('pedro_finca', async (db) => {
      const { id } = await subir(db, 'a.pdf')
      for (const intento of [
        `select privado.anotar_revision(${id}, '${HUELLA}', 'image/png')`,
        `select privado.pedir_lecturas('{${id}}')`,
        `select privado.posponer_lectura(${id}, null)`,
        `select * from privado.tomar_lecturas(10, '1 hour')`,
        `select privado.prorrogar_lectura(${id}, '10 years')`,
        'select privado.releer_al_azar(1000)',
        'select * from privado.documentos_por_leer',
        `update public.documentos_contrato set verificacion = 'verificado' where id = ${id}`,
      ])
        for (const quien of ['pedro_finca', 'rosa_rival', 'ada_admin'] as const) {
          await db.como(quien)
          await expect(db.query(intento)).rejects.toMatchObject({ code: '42501' })
        }
    }))

  test('sin archivo que leer, lo dice, y no alarma: nunca se supo qué era', () =>
    withUserDb('pedro_finca', async (db) => {
      const { id } = await subir(db, 'a.pdf')
      expect(await leer(db, id, null)).toBe('sin archivo')
      expect(await documento(db, id)).toMatchObject({
        sha256: null,
        mime: 'application/pdf',
        huella_de: 'sin_archivo',
      })
      await db.como('sistema')
      expect(await alarmas(db, id)).toEqual([])
    }))
})

/** Who was told of a change of a document, in the order of the changes. */
const alarmas = (db: Db, id: string) =>
  db.query<{ usuario_id: string; verificacion: string; texto: string }>(
    `select usuario_id, datos ->> 'verificacion' as verificacion, texto from public.notificaciones
     where datos ->> 'documento_id' = $1 and datos ? 'verificacion' order by id`,
    [id],
  )

describe('un documento verificado', () => {
  test('cuyos bytes ya no son los suyos alarma a las dos partes y a los administradores, y a nadie más', () =>
    withUserDb('sistema', async (db) => {
      const { ana_agroarriba, celia_centro, pedro_finca, ada_admin, rosa_rival } = db.mundo.usuarios
      await db.query(
        `insert into public.preferencias (usuario_id, tipo, en_app, push) values ($1, 'documento', false, false)`,
        [celia_centro],
      )
      await db.como('celia_centro')
      await ver(db, 'a.pdf')
      const { id, nombre_archivo } = await subir(db, 'a.pdf')
      expect(await leer(db, id)).toBe('verificado')
      await db.como('sistema')
      expect(await alarmas(db, id)).toEqual([])
      const estado = async () => {
        await comoTarea(db)
        const [row] = await db.query('select * from privado.documentos_estado()')
        return [Number(row!.alterados), Number(row!.perdidos)] as const
      }
      // One alarm for each change, and not one for each reading.
      for (const [leido, es] of [
        [OTRA, 'alterado'],
        [OTRA, 'alterado'],
        [null, 'sin archivo'],
        [HUELLA, 'verificado'],
      ] as const) {
        expect(await leer(db, id, leido)).toBe(es)
        // Others' are counted too.
        const [alterados, perdidos] = await estado()
        expect(alterados).toBeGreaterThanOrEqual(Number(es === 'alterado'))
        expect(perdidos).toBeGreaterThanOrEqual(Number(es === 'sin archivo'))
      }
      await db.como('sistema')
      const told = await alarmas(db, id)
      const quienes = told.filter(({ verificacion }) => verificacion === 'alterado').map((a) => a.usuario_id)
      expect(quienes).toEqual(expect.arrayContaining([ana_agroarriba, celia_centro, pedro_finca, ada_admin]))
      expect(quienes).not.toContain(rosa_rival)
      expect(new Set(quienes).size).toBe(quienes.length)
      expect([...new Set(told.map(({ verificacion }) => verificacion))]).toEqual([
        'alterado',
        'sin archivo',
        'verificado',
      ])
      expect(told[0]!.texto).toBe(
        `El archivo de un documento de ${db.mundo.contrato.codigo} ya no es el que se registró.`,
      )
      const dicho = await db.query(
        `select texto from public.mensajes where documento_id = $1 and texto like 'El archivo%' order by id`,
        [id],
      )
      expect(dicho.map(({ texto }) => texto)).toEqual([
        `El archivo de ${nombre_archivo} ya no es el que se registró.`,
        `El archivo de ${nombre_archivo} ya no está en el almacén.`,
        `El archivo de ${nombre_archivo} vuelve a ser el que se registró.`,
      ])
      expect(await documento(db, id)).toMatchObject({ sha256: HUELLA, verificacion: 'verificado' })
    }))

  test('por la función lo está desde que llega; si lo guardado es otra cosa, se ve al leerlo', () =>
    withUserDb('pedro_finca', async (db) => {
      await ver(db, 'a.pdf', OTRA)
      const { id, verificacion } = await subir(db, 'a.pdf')
      expect(verificacion).toBe('verificado')
      expect(await esperan(db)).toContain(id)
      expect(await leer(db, id)).toBe('alterado')
      expect(await documento(db, id)).toMatchObject({ sha256: OTRA, huella_de: 'subida' })
    }))
})

describe('un documento repetido', () => {
  test('se sabe cuando se verifica: se dice, y no se rechaza; el de otra empresa no cuenta', () =>
    withUserDb('ana_agroarriba', async (db) => {
      const ajeno = await subir(db, 'ajeno.pdf')
      await db.como('pedro_finca')
      const ids = []
      for (const archivo of ['a.pdf', 'b.pdf', 'c.pdf']) ids.push((await subir(db, archivo)).id)
      const [uno, dos, tres] = ids
      for (const id of [ajeno.id, dos, uno, tres]) expect(await leer(db, id)).toBe('verificado')
      const repetidos = []
      for (const id of [ajeno.id, uno, dos, tres]) repetidos.push((await documento(db, id)).duplicado_de)
      expect(repetidos).toEqual([null, dos, null, dos])
    }))

  test('por la función se rechaza solo junto a uno que sigue siendo el que era', () =>
    withUserDb('pedro_finca', async (db) => {
      await ver(db, 'a.pdf')
      const { id } = await subir(db, 'a.pdf')
      await ver(db, 'b.pdf')
      await expectConstraint(subir(db, 'b.pdf'), 'documentos_contrato_huella_key')
      await leer(db, id, OTRA)
      await db.como('pedro_finca')
      await ver(db, 'c.pdf')
      expect(await subir(db, 'c.pdf')).toMatchObject({ sha256: HUELLA, verificacion: 'verificado' })
      // The first one is restored: both stay.
      expect(await leer(db, id)).toBe('verificado')
      expect(await documento(db, id)).toMatchObject({ huella_de: 'revision', duplicado_de: null })
    }))

  test('lo que no está verificado no oculta a ninguno', () =>
    withUserDb('pedro_finca', async (db) => {
      const primero = await subir(db, 'a.pdf')
      const segundo = await subir(db, 'b.pdf')
      await leer(db, primero.id)
      await leer(db, primero.id, OTRA)
      expect(await leer(db, segundo.id)).toBe('verificado')
      expect(await documento(db, segundo.id)).toMatchObject({ duplicado_de: null })
    }))
})

describe('lo que espera lectura', () => {
  test('lo toma un proceso a la vez; el que muere lo deja a otro; lo que falla vuelve más tarde', () =>
    withUserDb('pedro_finca', async (db) => {
      const { id } = await subir(db, 'a.pdf')
      await comoTarea(db)
      const tomar = async (plazo: string) =>
        (await db.query('select * from privado.tomar_lecturas(100000, $1)', [plazo])).map(
          ({ documento_id }) => documento_id,
        )
      // A process that dies at once.
      expect(await tomar('0 seconds')).toContain(id)
      expect(await tomar('1 hour')).toContain(id)
      expect(await tomar('1 hour')).not.toContain(id)
      await db.query('select privado.posponer_lectura($1, null)', [id])
      expect(await tomar('1 hour')).toContain(id)
      await db.query('select privado.posponer_lectura($1, $2)', [id, 'Storage fell silent'])
      expect(await tomar('1 hour')).not.toContain(id)
      await db.como('sistema')
      const [fila] = await db.query('select * from privado.documentos_por_leer where documento_id = $1', [id])
      expect(fila).toMatchObject({ intentos: 3, motivo: 'Storage fell silent' })
    }))

  test('se pide una vez al día: unos verificados, al azar, y los que no son lo que eran', () =>
    withUserDb('pedro_finca', async (db) => {
      await ver(db, 'a.pdf')
      const { id } = await subir(db, 'a.pdf')
      await leer(db, id, OTRA)
      await db.como('sistema')
      await db.query('delete from privado.relecturas')
      await comoTarea(db)
      const pedir = async (n: number) => (await db.query('select privado.releer_al_azar($1) as n', [n]))[0]!.n
      expect(await pedir(0)).toBe(0)
      expect(await pedir(500)).toBeGreaterThan(0)
      expect(await pedir(500)).toBe(0)
      // One that is not what it was is among them every day.
      expect(await esperan(db)).toContain(id)
      await db.como('sistema')
      const malos = await db.query(
        `select d.id from privado.documentos_por_leer q join public.documentos_contrato d on d.id = q.documento_id
         where q.desde = now() and d.huella_de = 'sin_archivo'`,
      )
      expect(malos).toEqual([])
    }))
})
