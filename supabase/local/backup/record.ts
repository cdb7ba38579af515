import pg from 'pg'
import { loadKeys } from '../keys.ts'
import { findRunning } from '../lock.ts'
import { databaseUrl } from '../postgres/bootstrap.ts'
import type { Settings } from '../settings.ts'

/** One result, as privado.registrar_respaldo keeps it. */
export interface Result {
  tipo: 'respaldo' | 'copia' | 'prueba'
  exito: boolean
  carpeta?: string
  bytes?: number
  detalle?: string
}

/** What the database knows of the backups of this stack. */
export interface State {
  primero: Date | null
  ultimo: Date | null
  probado: Date | null
}

async function withDatabase<T>(
  settings: Settings,
  work: (client: pg.Client) => Promise<T>,
): Promise<T | null> {
  const running = await findRunning(settings)
  if (!running) return null
  const { dbPassword: password } = await loadKeys(settings.dataDir)
  const client = new pg.Client({
    connectionString: databaseUrl({ port: running.settings.dbPort, password }, 'postgres'),
  })
  client.on('error', () => {})
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/** Keeps a result in the database of the stack, which tells administrators of a bad one. @returns false when none runs. */
export async function record(settings: Settings, result: Result): Promise<boolean> {
  const { tipo, exito, carpeta, bytes, detalle } = result
  const done = await withDatabase(settings, (client) =>
    client.query('select privado.registrar_respaldo($1, $2, $3, $4, $5)', [
      tipo,
      exito,
      carpeta,
      bytes,
      detalle,
    ]),
  )
  return done !== null
}

/** When backups and proofs of the running stack last went well; null when it does not run. */
export const readState = (settings: Settings) =>
  withDatabase(settings, async (client) => {
    const { rows } = await client.query<State>(
      'select primero, ultimo, probado from privado.estado_respaldos()',
    )
    return rows[0]!
  })
