import { setResponseHeader } from 'h3'
import { pools } from '../../db/pools.ts'
import { publicadas, ultimaNota } from '../../evidencia/publicadas.ts'
import { evidencia } from '../../evidencia/settings.ts'
import { withoutSession } from '../../session/without-session.ts'

/** GET /.well-known/triboka-evidencia.json — the public keys of the roots, and the last root. */
export default withoutSession(async (event) => {
  const { database } = pools()
  const [claves, ultima] = await Promise.all([publicadas(database), ultimaNota(database)])
  setResponseHeader(event, 'cache-control', 'public, max-age=300')
  setResponseHeader(event, 'access-control-allow-origin', '*')
  return { nombre: evidencia().nombre, claves, ultima }
})
