import { expect, test, vi } from 'vitest'
import { query } from '../support/sql.ts'
import { HUELLA } from './documentos.ts'
import { beforeMigration } from './upgrade.ts'
import { newRuc } from './world.ts'

vi.setConfig({ testTimeout: 90_000 })

const CONTRATO = `
  with e as (
    insert into public.empresas (ruc, nombre, tipo) values ($1, 'Una', 'exportadora'), ($2, 'Otra', 'centro_acopio') returning id, tipo
  )
  insert into public.contratos (codigo, exportadora_id, contraparte_id, volumen_tm, fecha_firma)
  select 'CT-2025-00001', x.id, y.id, 10, '2025-01-20' from e x, e y where x.tipo = 'exportadora' and y.tipo = 'centro_acopio'`

/** Name → what was known of its bytes, and what is known now. */
const PAPELES: [string, string | null, string | null, boolean, string, boolean][] = [
  ['a.pdf', HUELLA, 'subida', false, 'verificado', true],
  ['b.pdf', HUELLA, 'revision', true, 'verificado', false],
  ['c.pdf', null, 'sin_archivo', true, 'sin archivo', false],
  // Of an app, and of one that could still say a hash.
  ['d.pdf', null, null, false, 'por verificar', true],
  ['e.pdf', HUELLA, null, false, 'por verificar', true],
]

test('los papeles de antes dicen lo que se sabe de ellos, y se leen los que nadie había leído', () =>
  beforeMigration('verificacion_de_papeles', async (url, applyMigration) => {
    await query(url, CONTRATO, [newRuc(), newRuc()])
    for (const [nombre, sha256, huella, leido] of PAPELES) {
      const objeto = `CT-2025-00001/${nombre}`
      await query(url, `insert into storage.objects (bucket_id, name) values ('contratos', $1)`, [objeto])
      await query(
        url,
        `insert into public.documentos_contrato (contrato_id, tipo, url_archivo, sha256, huella_de, revisado_en)
         select id, 'otro', 'contratos/' || $1, $2, $3, case when $4 then now() end from public.contratos`,
        [objeto, sha256, huella, leido],
      )
    }
    await applyMigration()
    const rows = await query(
      url,
      `select d.nombre_archivo, d.sha256, d.huella_de, d.verificacion,
         exists (select from privado.documentos_por_leer q where q.documento_id = d.id) as espera
       from public.documentos_contrato d order by d.id`,
    )
    expect(rows).toEqual(
      PAPELES.map(([nombre_archivo, sha256, huella_de, , verificacion, espera]) => ({
        nombre_archivo,
        sha256,
        huella_de,
        verificacion,
        espera,
      })),
    )
    // What a client said of its bytes refuses nobody, and is corrected once they are read.
    await query(
      url,
      `select privado.anotar_revision(id, $1, 'text/csv') from public.documentos_contrato where nombre_archivo = 'e.pdf'`,
      ['cd'.repeat(32)],
    )
    const [corregido] = await query(
      url,
      `select sha256, mime, verificacion from public.documentos_contrato where nombre_archivo = 'e.pdf'`,
    )
    expect(corregido).toEqual({ sha256: 'cd'.repeat(32), mime: 'text/csv', verificacion: 'verificado' })
  }))
