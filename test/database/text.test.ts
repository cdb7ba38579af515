import { describe, expect, test } from 'vitest'
import { cleanFileName, withoutUnseen } from '../../server/http/file-name.ts'
import { registrar } from './documentos.ts'
import { type Db, expectConstraint, withUserDb } from './support.ts'

const INVISIBLES: [string, string][] = [
  ['U+202E, que escribe al revés', '\u202e'],
  ['U+2066, que aísla', '\u2066'],
  ['U+200F, marca de dirección', '\u200f'],
  ['U+200B, espacio sin ancho', '\u200b'],
  ['U+200D, que une', '\u200d'],
  ['U+FEFF', '\ufeff'],
  ['U+00AD, guion que no se ve', '\u00ad'],
  ['U+3164, letra vacía', '\u3164'],
  ['U+E0041, etiqueta', '\u{e0041}'],
  ['un control C0', '\u0007'],
  ['un control C1', '\u0085'],
  ['un salto de línea', '\n'],
]

const HABLADOS = ['Cacao Ñandú S.A. «Ríos»', 'Pérez & Hijos, Cía. Ltda.', '可可', 'Kakao — №1', 'Cacao ❤️']

describe('los nombres dicen lo que se ve', () => {
  test.each(INVISIBLES)('no llevan %s', (_nombre, caracter) =>
    withUserDb('ada_admin', async (db) => {
      const nombre = `Agro${caracter}Arriba`
      const alta = `insert into public.empresas (ruc, nombre, tipo) values ('1790012345001', $1, 'exportadora')`
      await expectConstraint(db.query(alta, [nombre]), 'empresas_nombre_valido')
      await expectConstraint(
        db.query('update public.usuarios set nombre = $1 where id = $2', [
          nombre,
          db.mundo.usuarios.ana_agroarriba,
        ]),
        'usuarios_nombre_valido',
      )
      await db.como('celia_centro')
      await db.query(
        `insert into storage.objects (bucket_id, name, owner_id) values ('contratos', $1, (select auth.uid())::text)`,
        [`${db.mundo.contrato.codigo}/a.pdf`],
      )
      // A file's name is what a device called it: it is cleaned, as the functions do.
      expect(
        await registrar(db, {
          url_archivo: `contratos/${db.mundo.contrato.codigo}/a.pdf`,
          nombre_archivo: `factura_${caracter}fdp.exe`,
        }),
      ).toMatchObject({ nombre_archivo: 'factura_fdp.exe' })
    }),
  )

  test('llevan lo que se escribe', () =>
    withUserDb('ada_admin', async (db) => {
      for (const nombre of HABLADOS)
        expect(
          await db.cuenta('update public.usuarios set nombre = $1 where id = $2', [
            nombre,
            db.mundo.usuarios.ana_agroarriba,
          ]),
          nombre,
        ).toBe(1)
    }))

  test('un objeto tampoco los lleva, aunque la API de archivos los tomara', () =>
    withUserDb('celia_centro', async (db) => {
      for (const [, caracter] of INVISIBLES)
        await expect(
          db.query(
            `insert into storage.objects (bucket_id, name, owner_id) values ('contratos', $1, (select auth.uid())::text)`,
            [`${db.mundo.contrato.codigo}/a${caracter}b.pdf`],
          ),
        ).rejects.toMatchObject({ code: '42501' })
    }))

  test('lo que la base rechaza, la función lo quita antes, carácter por carácter', () =>
    withUserDb('sistema', async (db) => {
      const rechazados = await db.query<{ n: number }>(
        `select n from generate_series(1, 1114111) as n
         where n not between 55296 and 57343 and not privado.es_texto_limpio(chr(n), true)`,
      )
      expect(rechazados.length).toBeGreaterThan(4000)
      for (const { n } of rechazados) expect(withoutUnseen(String.fromCodePoint(n)), n.toString(16)).toBe('')
      expect(cleanFileName('factura_\u202efdp.exe')).toBe('factura_fdp.exe')
      const quitados = new Set(rechazados.map(({ n }) => n))
      for (let n = 1; n <= 0xffff; n++) {
        if (n >= 0xd800 && n <= 0xdfff) continue
        if (withoutUnseen(String.fromCodePoint(n)) === '') expect(quitados.has(n), n.toString(16)).toBe(true)
      }
    }))
})

describe('los textos largos', () => {
  const decir = (db: Db, texto: string) =>
    db.cuenta('insert into public.mensajes (contrato_id, texto) values ($1, $2)', [
      db.mundo.contrato.id,
      texto,
    ])

  test.each([
    ['emoji que se unen', 'Listo 👨‍👩‍👧‍👦 🇪🇨 ❤️'],
    ['varias líneas y tabulaciones', 'uno\r\n\tdos\ntres'],
    ['otra escritura', 'مرحبا، الكاكاو جاهز'],
  ])('un mensaje lleva %s', (_nombre, texto) =>
    withUserDb('ana_agroarriba', async (db) => expect(await decir(db, texto)).toBe(1)),
  )

  test.each([
    ['U+202E', '\u202e'],
    ['U+2067', '\u2067'],
    ['un control C0', '\u001b'],
    ['un control C1', '\u009b'],
  ])('ni un mensaje ni las observaciones llevan %s', (_nombre, caracter) =>
    withUserDb('ana_agroarriba', async (db) => {
      const texto = `peso${caracter}neto`
      await expectConstraint(decir(db, texto), 'mensajes_texto_valido')
      await expectConstraint(
        db.query('update public.contratos set observaciones = $2 where id = $1', [
          db.mundo.contrato.id,
          texto,
        ]),
        'contratos_observaciones_valida',
      )
      await db.como('sistema')
      await expectConstraint(
        db.query('update public.contratos set calidad = $2 where id = $1', [db.mundo.contrato.id, texto]),
        'contratos_calidad_valida',
      )
    }),
  )

  test('ni el motivo de una reapertura, que además se dice en la conversación', () =>
    withUserDb('ana_agroarriba', async (db) => {
      await db.query(`update public.lotes_asociados set estado = 'Exportado' where id = $1`, [db.mundo.lote])
      await expectConstraint(
        db.query('select from public.reabrir_contrato($1, $2)', [db.mundo.contrato.id, 'Faltan\u202e dos']),
        'contratos_reaperturas_motivo_valido',
      )
    }))
})
