import type { Database, Query } from '../db/types.ts'
import type { Verifier } from './checkpoint.ts'
import { clavesDe } from './claves.ts'

const ISO = `'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'`
const CLAVES = {
  name: 'evidencias_claves_fechas',
  text: `select verificador, to_char(desde at time zone 'UTC', ${ISO}) as desde,
      to_char(hasta at time zone 'UTC', ${ISO}) as hasta
    from privado.claves_de_evidencia()`,
}
const NOTA = { name: 'evidencias_nota', text: 'select nota from privado.ultima_raiz()' }

/** Anybody may ask, so what is asked for is a minute old at most. */
const FRESH_MS = 60_000

/** A public key, and since and until when it signs. */
export interface Publicada extends Record<string, unknown> {
  verificador: string
  desde: string
  hasta: string | null
}

function kept<Row extends Record<string, unknown>>(query: Query) {
  let last: { until: number; rows: Promise<Row[]> } | undefined
  return (database: Database): Promise<Row[]> => {
    if (last && last.until > Date.now()) return last.rows
    const rows = database.as({ role: 'service_role' }).query<Row>(query)
    last = { until: Date.now() + FRESH_MS, rows }
    // A failure is nobody else's answer.
    rows.catch(() => {
      last = undefined
    })
    return rows
  }
}

/** The public keys that have signed roots. */
export const publicadas = kept<Publicada>(CLAVES)

const notas = kept<{ nota: string }>(NOTA)
/** The note of the last signed root; null where there is none. */
export const ultimaNota = async (database: Database): Promise<string | null> =>
  (await notas(database))[0]?.nota ?? null

/** The public keys, to open notes with. */
export const clavesPublicadas = async (database: Database): Promise<Verifier[]> =>
  clavesDe((await publicadas(database)).map(({ verificador }) => verificador))
