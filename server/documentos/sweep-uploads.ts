import type { SupabaseClient } from '@supabase/supabase-js'
import type { Database, Query } from '../db/types.ts'
import { BUCKET } from './upload.ts'

/** How many go at once. */
const AT_ONCE = 500

/** $1 how many → provisional objects that no upload can still be working on, and no document speaks of. */
const ABANDONED: Query = {
  name: 'subidas_abandonadas',
  text: `select o.name from storage.objects o
    where o.bucket_id = '${BUCKET}' and o.name ~ '/subida_[0-9a-f-]{36}[.]' and o.created_at < now() - interval '1 hour'
      and not exists (select from public.documentos_contrato d where d.url_archivo = '${BUCKET}/' || o.name)
    order by o.name limit $1`,
}

/**
 * Removes the provisional objects of uploads whose process died before it could name or discard them.
 * @param storage with the secret key: it works for nobody in particular.
 * @returns how many were removed.
 */
export async function sweepUploads(database: Database, storage: SupabaseClient['storage']): Promise<number> {
  let removed = 0
  while (true) {
    const rows = await database.as({ role: 'service_role' }).query<{ name: string }>(ABANDONED, [AT_ONCE])
    if (rows.length === 0) return removed
    const { data, error } = await storage.from(BUCKET).remove(rows.map(({ name }) => name))
    if (error) throw error
    removed += data.length
    // Whatever Storage does not remove would come again for ever.
    if (data.length < rows.length) return removed
  }
}
