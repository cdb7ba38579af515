import type { Db } from './support.ts'

export const HUELLA = 'ab'.repeat(32)

/** Says, as a function does in the statement that registers, what it saw of an object. */
export const ver = (db: Db, archivo: string, sha256 = HUELLA, mime = 'image/heic') =>
  db.query(`select set_config('privado.subida', $1, true)`, [
    JSON.stringify({ objeto: `contratos/${db.mundo.contrato.codigo}/${archivo}`, sha256, mime }),
  ])

/** As the service role, which reads what is stored. */
export async function comoTarea(db: Db) {
  await db.como('sistema')
  await db.query(`select set_config('role', 'service_role', true)`)
}

/** Uploads as the person (the row that the Storage API writes) and registers the document. */
export async function subir(
  db: Db,
  archivo: string,
  datos: Record<string, unknown> = {},
  bucket = 'contratos',
) {
  const objeto = `${db.mundo.contrato.codigo}/${archivo}`
  await db.query(
    `insert into storage.objects (bucket_id, name, owner_id, metadata)
     values ($1, $2, (select auth.uid())::text, '{"size": 1234, "mimetype": "application/pdf"}')`,
    [bucket, objeto],
  )
  return registrar(db, { url_archivo: `${bucket}/${objeto}`, ...datos })
}

/** Inserts a document, an invoice unless told otherwise. @returns its row. */
export async function registrar(db: Db, datos: Record<string, unknown>) {
  const fila = { contrato_id: db.mundo.contrato.id, tipo: 'factura', ...datos }
  const columnas = Object.keys(fila)
  const [documento] = await db.query(
    `insert into public.documentos_contrato (${columnas}) values (${columnas.map((_, i) => `$${i + 1}`)}) returning *`,
    Object.values(fila),
  )
  return documento!
}

/** The file name that is proposed for the next document. */
export const proponer = async (db: Db, tipo: string | null, etiqueta?: string, extension?: string) =>
  (
    await db.query('select public.siguiente_nombre_documento($1, $2, $3, coalesce($4, $5)) as nombre', [
      db.mundo.contrato.id,
      tipo,
      etiqueta,
      extension,
      'pdf',
    ])
  )[0]!.nombre.replace(`${db.mundo.contrato.codigo}/`, '')
