import { pools } from '../../db/pools.ts'
import type { DatabaseSettings } from '../../db/settings.ts'
import { openFcm } from './fcm.ts'
import type { PushSettings } from './settings.ts'
import { startPushWorker } from './worker.ts'

/** Sends pushes from this process until it is stopped. */
export function startPush(
  { databaseUrl }: DatabaseSettings,
  firebase: NonNullable<PushSettings['firebase']>,
) {
  const fcm = openFcm(firebase)
  const worker = startPushWorker({ database: pools().database, databaseUrl, fcm })
  return {
    async stop() {
      await worker.stop()
      await fcm.close()
    },
  }
}
