import type { X509Certificate } from 'node:crypto'
import * as v from 'valibot'
import { slot } from '../process/slot.ts'
import { autoridadesDe } from './autoridades.ts'

const seed = v.pipe(v.string(), v.regex(/^[A-Za-z0-9+/]{43}=$/, 'is not 32 bytes in base64'))

/** Read once, as the process starts: a file that is not there later is missed by nobody. */
const certificates = v.pipe(
  v.string(),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    try {
      return autoridadesDe(dataset.value)
    } catch (error) {
      addIssue({ message: `is no file of certificates: ${(error as Error).message}` })
      return NEVER
    }
  }),
)

/** What signs the roots of the evidences, of the environment. */
export const EVIDENCIA = {
  EVIDENCIA_CLAVE: v.optional(seed),
  EVIDENCIA_CLAVE_ANTERIOR: v.optional(seed),
  EVIDENCIA_NOMBRE: v.optional(v.pipe(v.string(), v.regex(/^[^\s+]{1,100}$/, 'has blanks or a +'))),
  TSA_CA: v.optional(certificates),
  TSA_URL: v.optional(v.pipe(v.string(), v.url('is not a URL'), v.regex(/^https?:/, 'is not an HTTP URL'))),
}

export interface EvidenciaSettings {
  /** The log that checkpoints name: the host of this installation. */
  nombre: string
  /** Seed of the Ed25519 key, base64; undefined where a file holds it, or nobody signs. */
  clave: string | undefined
  /** While one key follows another, both sign. */
  claveAnterior: string | undefined
  /** Where the file of the key is made; undefined where the environment gives no folder. */
  carpeta: string | undefined
  /** Who stamps times (RFC 3161). */
  tsaUrl: string | undefined
  /** Who vouches for it; empty where nobody was named. */
  autoridades: X509Certificate[]
}

/** @param folder DATA_DIR, if the environment gives one. */
export function evidenciaSettingsOf(
  env: v.InferOutput<v.ObjectSchema<typeof EVIDENCIA, undefined>>,
  publicUrl: string,
  folder: string | undefined,
): EvidenciaSettings {
  return {
    nombre: env.EVIDENCIA_NOMBRE ?? new URL(publicUrl).host,
    clave: env.EVIDENCIA_CLAVE,
    claveAnterior: env.EVIDENCIA_CLAVE_ANTERIOR,
    carpeta: folder,
    tsaUrl: env.TSA_URL,
    autoridades: env.TSA_CA ?? [],
  }
}

/** How this installation signs its evidences. */
export const evidencia = slot<EvidenciaSettings>('What signs the evidences')
