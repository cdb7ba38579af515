import * as v from 'valibot'
import { slot } from '../process/slot.ts'

const seed = v.pipe(v.string(), v.regex(/^[A-Za-z0-9+/]{43}=$/, 'is not 32 bytes in base64'))

/** What signs the roots of the evidences, of the environment. */
export const EVIDENCIA = {
  EVIDENCIA_CLAVE: v.optional(seed),
  EVIDENCIA_CLAVE_ANTERIOR: v.optional(seed),
  EVIDENCIA_NOMBRE: v.optional(v.pipe(v.string(), v.regex(/^[^\s+]{1,100}$/, 'has blanks or a +'))),
  TSA_CA: v.optional(v.string()),
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
  /** File of PEM with who vouches for it. */
  tsaCa: string | undefined
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
    tsaCa: env.TSA_CA,
  }
}

/** How this installation signs its evidences. */
export const evidencia = slot<EvidenciaSettings>('What signs the evidences')
