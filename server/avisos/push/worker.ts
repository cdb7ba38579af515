import { listen } from '../../db/listen.ts'
import type { Database } from '../../db/types.ts'
import { log } from '../../process/log.ts'
import type { Envio, Fcm, Resultado } from './fcm.ts'

export interface PushWorker {
  /** Takes no more, and waits for what is being sent. */
  stop(): Promise<void>
}

const BATCH = 500
const LEASE_S = 60
/** A retry comes due without anybody's notice. */
const LOOK_AGAIN_MS = 5_000
const worker = { role: 'service_role' }

/**
 * Sends what privado.push_cola holds, in batches; any number of these may run. A batch is taken for a while that is
 * prolonged as long as it is being sent: of a process that dies, others send it then.
 * @param options.databaseUrl where to hear that something waits.
 * @param options.leaseS seconds that a batch is taken for.
 */
export function startPushWorker(options: {
  database: Database
  databaseUrl: string
  fcm: Fcm
  leaseS?: number
}): PushWorker {
  const { database, fcm, leaseS = LEASE_S } = options
  let isStopping = false
  let wake = () => {}
  const listener = listen(options.databaseUrl, 'push', () => wake())

  const take = () =>
    database
      .as(worker)
      .query<Envio>(
        { name: 'push_tomar', text: 'select * from privado.push_tomar($1, make_interval(secs => $2))' },
        [BATCH, leaseS],
      )
  const renew = (ids: string[]) =>
    database.as(worker).query('select privado.push_prorrogar($1, make_interval(secs => $2))', [ids, leaseS])

  async function sendBatch(envios: Envio[]): Promise<void> {
    const ids = envios.map(({ id }) => id)
    const renewing = setInterval(() => void renew(ids).catch(() => {}), (leaseS * 1000) / 3)
    try {
      await record(await fcm.send(envios))
    } finally {
      clearInterval(renewing)
    }
  }

  // What was sent is told until Postgres has heard it: otherwise it would be sent again.
  async function record(resultados: Resultado[]): Promise<void> {
    for (;;) {
      try {
        await database
          .as(worker)
          .query(
            { name: 'push_resultado', text: 'select privado.push_resultado($1, $2, $3, $4, $5, $6)' },
            columns(resultados),
          )
        return
      } catch (error) {
        log.warn({ err: error }, 'the results of a batch of pushes could not be written; trying again')
        await pause(1_000)
        if (isStopping) return
      }
    }
  }

  const pause = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })

  async function run(): Promise<void> {
    while (!isStopping) {
      const waiting = pause(LOOK_AGAIN_MS)
      const envios = await take().catch((error) => {
        log.warn({ err: error }, 'the queue of pushes could not be read')
        return []
      })
      if (envios.length > 0) await sendBatch(envios)
      else await waiting
    }
  }
  const running = run()
  return {
    async stop() {
      isStopping = true
      wake()
      await Promise.all([running, listener.close()])
    },
  }
}

function columns(resultados: Resultado[]): unknown[] {
  const of = (fue: Resultado['fue']) => resultados.filter((r) => r.fue === fue).map(({ id }) => id)
  const later = resultados.filter((r) => r.fue === 'reintento')
  const reasons = resultados.filter((r) => r.fue === 'reintento' || r.fue === 'muerta')
  return [
    of('enviada'),
    of('sin_registro'),
    later.map(({ id }) => id),
    later.map(({ espera_s }) => espera_s),
    of('muerta'),
    JSON.stringify(Object.fromEntries(reasons.map(({ id, motivo }) => [id, motivo]))),
  ]
}
