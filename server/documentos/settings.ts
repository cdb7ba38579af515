import * as v from 'valibot'
import { slot } from '../process/slot.ts'

/** How many papers are read again each day, of the environment. */
export const DOCUMENTOS = {
  DOCUMENTOS_RELEER: v.optional(
    v.pipe(v.string(), v.regex(/^\d{1,6}$/, 'is not a whole number up to 999999'), v.transform(Number)),
    '200',
  ),
}

export interface DocumentosSettings {
  /** Papers, chosen at random, whose stored bytes are read again each day; 0 for none. */
  releer: number
}

export const documentosSettingsOf = (
  env: v.InferOutput<v.ObjectSchema<typeof DOCUMENTOS, undefined>>,
): DocumentosSettings => ({ releer: env.DOCUMENTOS_RELEER })

/** What is asked of the papers that are stored already. */
export const documentosSettings = slot<DocumentosSettings>('The settings of the papers')
