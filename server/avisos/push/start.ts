import type { Environment } from '../../environment.ts'
import { services } from '../../services.ts'
import { openFcm } from './fcm.ts'
import { startPushWorker } from './worker.ts'

/** Sends pushes from this process until it is stopped. */
export function startPush({ databaseUrl }: Environment, firebase: NonNullable<Environment['firebase']>) {
  const fcm = openFcm(firebase)
  const worker = startPushWorker({ database: services().database, databaseUrl, fcm })
  return {
    async stop() {
      await worker.stop()
      await fcm.close()
    },
  }
}
