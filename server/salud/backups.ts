import { pools } from '../db/pools.ts'
import { log } from '../process/log.ts'
import { watched } from './settings.ts'

const STATE = {
  name: 'estado_respaldos',
  text: 'select ultimo, probado, fallido, atrasado from privado.estado_respaldos()',
}

interface Respaldos {
  ultimo: string | null
  probado: string | null
  fallido: boolean
  atrasado: boolean
}

const isoOrNull = (text: string | null) =>
  text === null ? null : new Date(text.replace(/([+-]\d\d)$/, '$1:00')).toISOString()

/**
 * How the backups are, for GET /salud; null when Postgres does not say. Neither a late nor a failed one makes the
 * process unready: it answers as before.
 */
export async function checkBackups() {
  try {
    const [row] = await pools()
      .database.as({ role: 'service_role' })
      .query<Respaldos & Record<string, unknown>>(STATE)
    const { ultimo, probado, fallido, atrasado } = row!
    // Where nobody promised a backup, none is late.
    const late = watched().respaldos ? ('atrasado' as const) : ('apagado' as const)
    const estado = fallido ? ('fallido' as const) : atrasado ? late : ('al día' as const)
    return { estado, ultimo: isoOrNull(ultimo), probado: isoOrNull(probado) }
  } catch (error) {
    log.warn({ reason: String(error) }, 'the state of the backups is not known')
    return null
  }
}
