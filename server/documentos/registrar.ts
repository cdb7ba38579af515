import type { Json } from '../db/types.ts'
import { cleanFileName } from '../http/file-name.ts'
import { fieldProblem, problem } from '../http/problem.ts'
import type { UserDb } from '../session/as-user.ts'
import type { Answer } from '../session/once.ts'
import { registrarDocumento, ubicarDocumento } from './queries.ts'
import type { CamposDocumento } from './schemas.ts'
import { BUCKET, type StoredFile, type Upload } from './upload.ts'

// Each attempt that finds its name taken means that another upload of the same kind got through.
const ATTEMPTS = 100

/** The contract that a document is for. */
export interface ContratoAbierto {
  id: string
  codigo: string
}

interface Ubicacion {
  existente: Json | null
  lote_id: string | null
  nombre: string
}

/**
 * Registers a file already in Storage as a document of a contract: gives it the next name of its kind and
 * inserts the row. The same bytes twice from one company on one contract answer the document that there is, with 200.
 */
export async function registrar(
  db: UserDb,
  contrato: ContratoAbierto,
  { tipo, etiqueta, lote }: CamposDocumento,
  archivo: StoredFile,
  upload: Upload,
): Promise<Answer> {
  const ubicar = async () => {
    const [ubicacion] = await db.query<Ubicacion & Record<string, unknown>>(
      ...ubicarDocumento.with({ ...archivo, contrato_id: contrato.id, lote, tipo, etiqueta }),
    )
    if (!ubicacion) throw problem('contrato_no_existe')
    return ubicacion
  }

  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const { existente, lote_id, nombre } = await ubicar()
    if (existente) return { status: 200, cuerpo: existente }
    if (lote !== undefined && lote_id === null)
      throw fieldProblem('lote', 'No existe ese lote en el contrato.')
    if (!(await upload.moveTo(nombre))) continue
    const propio = tipo === 'contrato' ? `${contrato.codigo}.${archivo.extension}` : ''
    const cuerpo = await db.one(
      ...registrarDocumento.with({
        ...archivo,
        contrato_id: contrato.id,
        lote_id,
        tipo,
        etiqueta,
        nombre_archivo: cleanFileName(archivo.name) || propio,
        url_archivo: `${BUCKET}/${nombre}`,
      }),
    )
    if (cuerpo) return { status: 201, cuerpo }
    // Another upload of the same bytes, or of the same number in another format, was registered meanwhile: the
    // next look finds it.
  }
  throw problem('conflicto_simultaneo')
}
