import * as v from 'valibot'
import { httpUrl } from '../process/environment-values.ts'
import { slot } from '../process/slot.ts'

/** Where people reach the public pages, of the environment. */
export const EXPEDIENTE = { PAGINA_URL: v.optional(httpUrl) }

export interface ExpedienteSettings {
  /** What stands before `/v/…` in the QR of an expediente, without a slash at the end. */
  paginaUrl: string
}

export const expedienteSettings = slot<ExpedienteSettings>('The settings of the expediente')

/**
 * @param publicUrl Supabase as browsers reach it, whose /functions/v1 hands on to the functions where nothing else is
 * said.
 */
export const expedienteSettingsOf = (
  env: v.InferOutput<v.ObjectSchema<typeof EXPEDIENTE, undefined>>,
  publicUrl: string,
): ExpedienteSettings => ({ paginaUrl: env.PAGINA_URL ?? `${publicUrl}/functions/v1` })
