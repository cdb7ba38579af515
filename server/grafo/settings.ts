import { slot } from '../process/slot.ts'

export interface GrafoSettings {
  /** Supabase as browsers reach it, without a slash at the end. */
  publicUrl: string
}

export const grafoSettings = slot<GrafoSettings>('The settings of the graph of lots')

/** What our URIs of lots, places and steps begin with: the address of the functions, where `/lotes/{lote}` is that lot. */
export const baseUrl = () => `${grafoSettings().publicUrl}/functions/v1`
