// A process that only sends pushes, as that of the functions does, to be killed without harm to other tests.
import { openFcm } from '../../server/avisos/push/fcm.ts'
import { startPushWorker } from '../../server/avisos/push/worker.ts'
import { pools } from '../../server/db/pools.ts'
import { readEnvironment } from '../../server/environment.ts'
import { log } from '../../server/process/log.ts'
import { openServices } from '../../server/services.ts'

const environment = readEnvironment()
log.level = environment.logLevel
openServices(environment)
const { database, readers } = pools()
const fcm = openFcm(environment.firebase!)
const worker = startPushWorker({ database, databaseUrl: environment.databaseUrl, fcm, leaseS: 3 })
process.once('SIGTERM', async () => {
  await worker.stop()
  await Promise.all([fcm.close(), database.close(), readers.close()])
})
process.stdout.write('working\n')
