import { defineTask } from 'nitropack/runtime'
import { pools } from '../../db/pools.ts'
import { anclar } from '../../evidencia/anclar.ts'
import { firmante } from '../../evidencia/firmante.ts'
import { resumir } from '../../evidencia/resumir.ts'
import { evidencia } from '../../evidencia/settings.ts'
import { log } from '../../process/log.ts'

/** Every day: the heads of all chains under a root that is signed, told to the administrators and stamped. */
export default defineTask({
  meta: { name: 'evidencia:anclar', description: 'Firma la raíz de todas las cadenas.' },
  async run() {
    const quien = firmante()
    if (!quien) {
      log.warn('nobody signs the evidences: EVIDENCIA_CLAVE is not set')
      return { result: 'sin clave' }
    }
    const { database } = pools()
    await resumir(database, true)
    const { hojas, nota } = await anclar(database, quien.signers, quien.verifiers)
    if (nota) log.info({ hojas, nota }, 'a root of the evidences was signed')
    const { tsaUrl, autoridades } = evidencia()
    if (tsaUrl) {
      // What reads stamps is only loaded where it is used.
      const { sellar } = await import('../../evidencia/sellar.ts')
      await sellar(database, tsaUrl, autoridades)
    }
    return { result: String(hojas) }
  },
})
