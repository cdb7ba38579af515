import { defineNitroPlugin, useStorage } from 'nitropack/runtime'
import type { Driver } from 'unstorage'
import { pools } from '../db/pools.ts'
import { type Revisor, startRevisor } from '../documentos/revisor.ts'
import { EnvironmentError, readEnvironment } from '../environment.ts'
import { anotarClaves } from '../evidencia/anclar.ts'
import { firmante } from '../evidencia/firmante.ts'
import { cacheDriver } from '../process/cache.ts'
import { log } from '../process/log.ts'
import { closeServices, openServices } from '../services.ts'
import { supabase } from '../session/supabase.ts'

/** Opens what the process needs, and closes it once the last answer has left. */
export default defineNitroPlugin((nitro) => {
  let push: Promise<{ stop(): Promise<void> }> | undefined
  let revisor: Revisor | undefined
  try {
    const environment = readEnvironment()
    log.level = environment.logLevel
    openServices(environment)
    tellKeys()
    const { databaseUrl, firebase, redisUrl } = environment
    const { serviceStorage: storage } = supabase()
    if (storage) revisor = startRevisor({ database: pools().database, databaseUrl, storage })
    if (redisUrl) cacheIn(cacheDriver(redisUrl))
    // Firebase's client is only loaded where it is used.
    if (firebase)
      push = import('../avisos/push/start.ts')
        .then(({ startPush }) => startPush(environment, firebase))
        .catch((error) => {
          process.stderr.write(
            `The functions cannot start: the credentials of Firebase do not hold: ${error.message}\n`,
          )
          process.exit(1)
        })
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exit(1)
  }
  nitro.hooks.hook('close', async () => {
    await Promise.all([revisor?.stop(), push?.then((worker) => worker.stop())])
    await useStorage().dispose()
    await closeServices()
  })
})

/** The public keys of the evidences are read from the database, by whoever verifies. */
function tellKeys(): void {
  const verifiers = firmante()?.verifiers
  if (!verifiers) return
  // Without a database now, the daily task tells them.
  anotarClaves(pools().database, verifiers).catch((error) =>
    log.warn({ reason: String(error) }, 'the keys of the evidences could not be told'),
  )
}

/** What Nitro caches goes there; under npm run dev it has a folder for it. */
function cacheIn(driver: Driver): void {
  const storage = useStorage()
  if (storage.getMounts('cache').some(({ base }) => base === 'cache:')) void storage.unmount('cache', false)
  storage.mount('cache', driver)
}
