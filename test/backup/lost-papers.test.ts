// A paper whose bytes were lost or changed is told to its parties; after that it does not keep all the others from being
// saved, day after day.
import { rm, writeFile } from 'node:fs/promises'
import { expect, test, vi } from 'vitest'
import { backUp } from '../../supabase/local/backup/backup.ts'
import { checkDocuments } from '../../supabase/local/backup/documents.ts'
import { restore } from '../../supabase/local/backup/restore.ts'
import { fileOf, prepareFolders } from '../../supabase/local/storage/driver/paths.ts'
import { pdf } from '../support/pdf.ts'
import { sha256 } from '../support/sha256.ts'
import { query } from '../support/sql.ts'
import { startOwnStack } from './support.ts'

vi.setConfig({ testTimeout: 90_000 })
const { settings, backup, service, url, emptyTarget } = await startOwnStack()
const silent = () => {}

/** A paper that the server has read. @returns its id and where its bytes are. */
async function registrar(nombre: string) {
  const bytes = pdf()
  const objeto = `CT-2025-00014/${nombre}`
  const { error } = await service.storage
    .from('contratos')
    .upload(objeto, bytes, { contentType: 'application/pdf' })
  expect(error).toBeNull()
  const [row] = await query<{ id: string; version: string; sistema: string }>(
    url,
    `with d as (
       insert into public.documentos_contrato (contrato_id, tipo, url_archivo)
       select id, 'otro', 'contratos/' || $1 from public.contratos returning id)
     select d.id, o.version, (select system_identifier::text from pg_control_system()) as sistema
     from d, storage.objects o where o.name = $1`,
    [objeto],
  )
  await leido(row!.id, sha256(bytes))
  return { id: row!.id, file: fileOf(await prepareFolders(settings.storageDir, row!.sistema), row!.version) }
}
const leido = (id: string, huella: string | null) =>
  query(url, `select privado.anotar_revision($1, $2, 'application/pdf')`, [id, huella])

test('un papel perdido detiene el respaldo hasta que se sabe; uno alterado no dice que el respaldo esté mal', async () => {
  await query(
    url,
    `insert into public.empresas (ruc, nombre, tipo) values
       ('0992741589001', 'Agroarriba', 'exportadora'), ('1291650372001', 'Centro Triboka', 'centro_acopio')`,
  )
  await query(
    url,
    `insert into public.contratos (codigo, exportadora_id, contraparte_id, fecha_firma, volumen_tm, estado)
     select 'CT-2025-00014', min(id), max(id), '2025-01-20', 200, 'Activo' from public.empresas`,
  )
  const [, perdido, alterado] = [
    await registrar('otro_001.pdf'),
    await registrar('otro_002.pdf'),
    await registrar('otro_003.pdf'),
  ]
  await rm(perdido!.file)
  await expect(backUp(settings, backup)).rejects.toThrow('has lost its bytes')
  await leido(perdido!.id, null)
  await writeFile(alterado!.file, pdf())
  await leido(alterado!.id, 'ab'.repeat(32))
  const { folder } = await backUp(settings, backup)
  const target = await emptyTarget()
  await restore({
    folder,
    settings: target,
    backup,
    async inspect(restored, { sistema }) {
      expect(await checkDocuments(restored, target.storageDir, sistema, silent)).toEqual({
        documents: 1,
        objects: 1,
      })
      const rows = await query(restored, 'select verificacion from public.documentos_contrato order by id')
      expect(rows.map(({ verificacion }) => verificacion)).toEqual(['verificado', 'sin archivo', 'alterado'])
    },
  })
})
