import * as v from 'valibot'
import { slot } from '../process/slot.ts'

/** What is asked of stored papers and of links to them, of the environment. */
export const DOCUMENTOS = {
  DOCUMENTOS_RELEER: v.optional(
    v.pipe(v.string(), v.regex(/^\d{1,6}$/, 'is not a whole number up to 999999'), v.transform(Number)),
    '200',
  ),
  STORAGE_LINK_SECONDS: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^[1-9]\d{0,4}$/, 'is not a whole number of seconds up to 86400'),
      v.transform(Number),
      v.maxValue(86_400, 'is not a whole number of seconds up to 86400'),
    ),
    '86400',
  ),
}

export interface DocumentosSettings {
  /** Papers, chosen at random, whose stored bytes are read again each day; 0 for none. */
  releer: number
  /** Longest life of a link to read, in seconds. */
  enlaceS: number
}

export const documentosSettingsOf = (
  env: v.InferOutput<v.ObjectSchema<typeof DOCUMENTOS, undefined>>,
): DocumentosSettings => ({ releer: env.DOCUMENTOS_RELEER, enlaceS: env.STORAGE_LINK_SECONDS })

/** What is asked of the papers that are stored already. */
export const documentosSettings = slot<DocumentosSettings>('The settings of the papers')
