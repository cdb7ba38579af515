import { stat } from 'node:fs/promises'
import pg from 'pg'
import { fileOf, prepareFolders } from '../storage/driver/paths.ts'
import { BackupFault, sumOf } from './manifest.ts'
import { inBatches } from './moment.ts'
import { progress } from './progress.ts'

interface StoredDocument {
  id: string
  url_archivo: string
  sha256: string | null
  bytes: string
  version: string | null
}

// What was known not to be as it was when the backup was made is no fault of the backup. A database of before that was
// noted has no such column.
const WAS_WHOLE = `coalesce(to_jsonb(d) ->> 'verificacion', '') not in ('alterado', 'sin archivo')`

const DOCUMENTS = `
  select d.id, d.url_archivo, d.sha256, d.bytes, o.version
  from public.documentos_contrato d
  left join storage.objects o on o.bucket_id || '/' || o.name = d.url_archivo
  where ${WAS_WHOLE} order by d.id`

const OBJECTS = `
  select o.bucket_id || '/' || o.name as ruta, o.version, o.metadata ->> 'size' as bytes
  from storage.objects o left join public.documentos_contrato d on d.url_archivo = o.bucket_id || '/' || o.name
  where o.version is not null and ${WAS_WHOLE}`

/** What was compared. */
export interface Checked {
  documents: number
  objects: number
}

/** One file and what the database says of it. @returns what is wrong, or null. */
async function faultOf(file: string | null, document: StoredDocument): Promise<string | null> {
  if (!file) return 'has no file'
  const found = await sumOf(file).catch(() => null)
  if (!found) return 'has no bytes'
  if (found.bytes !== Number(document.bytes)) return `has ${found.bytes} bytes and not ${document.bytes}`
  if (document.sha256 !== null && found.sha256 !== document.sha256)
    return 'has other contents than its sha256 says'
  return null
}

/**
 * Compares the restored files with the restored database: the size of every object, and the whole contents of every
 * registered document, whatever their number.
 * @throws BackupFault naming the first one that does not agree.
 */
export async function checkDocuments(
  connectionString: string,
  storageDir: string,
  system: string,
  say: (line: string) => void,
): Promise<Checked> {
  const folders = await prepareFolders(storageDir, system)
  const client = new pg.Client({ connectionString })
  await client.connect()
  const checked = { documents: 0, objects: 0 }
  try {
    await client.query('begin read only')
    for await (const rows of inBatches<{ ruta: string; version: string; bytes: string }>(client, OBJECTS)) {
      for (const { ruta, version, bytes } of rows) {
        const found = await stat(fileOf(folders, version)).catch(() => null)
        if (found?.size !== Number(bytes))
          throw new BackupFault(`${ruta} is not there with its ${bytes} bytes`)
        checked.objects++
      }
    }
    const tell = progress(say, (documents) => `documents: ${documents} compared with the database`)
    for await (const rows of inBatches<StoredDocument & pg.QueryResultRow>(client, DOCUMENTS)) {
      for (const document of rows) {
        const file = document.version === null ? null : fileOf(folders, document.version)
        const fault = await faultOf(file, document)
        if (fault) throw new BackupFault(`document ${document.id} (${document.url_archivo}) ${fault}`)
        tell(++checked.documents)
      }
    }
  } finally {
    await client.end()
  }
  return checked
}
