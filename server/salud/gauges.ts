import { defineCachedFunction } from 'nitropack/runtime'
import { Gauge } from 'prom-client'
import { pools } from '../db/pools.ts'
import { disksOf } from '../process/disk.ts'
import { registry } from '../process/metrics.ts'
import { isReady, redis } from '../process/redis.ts'
import { watched } from './settings.ts'

const registers = [registry]
const COUNT_AGAIN_SECONDS = 15

/**
 * What SQL counts for all replicas, some of it long where something is down: one of them counts for the others.
 * @param name of a function of privado without arguments.
 */
const counted = <Row extends Record<string, unknown>>(name: string) =>
  defineCachedFunction(
    async () => {
      const [row] = await pools()
        .database.as({ role: 'service_role' })
        .query<Row>({ name, text: `select * from privado.${name}()` })
      return row
    },
    { name, getKey: () => 'todas', maxAge: COUNT_AGAIN_SECONDS, swr: false },
  )
const pushQueue = counted<{ pendientes: string; muertas: string }>('push_estado')
const papers = counted<{ por_leer: string; alterados: string; perdidos: string }>('documentos_estado')

/** What is looked at when Prometheus comes; what cannot be had then is left out of that answer. */
export function openGauges(): void {
  new Gauge({
    name: 'triboka_pg_connections',
    help: 'Connections to Postgres of each pool, and requests that wait for one.',
    labelNames: ['pool', 'state'] as const,
    registers,
    collect() {
      const { database, readers } = pools()
      for (const [pool, { stats }] of [
        ['writers', database],
        ['readers', readers],
      ] as const)
        for (const [state, count] of Object.entries(stats())) this.set({ pool, state }, count)
    },
  })
  new Gauge({
    name: 'triboka_push_queue',
    help: 'Notices that wait to be sent to a phone, and those that could not be.',
    labelNames: ['state'] as const,
    registers,
    async collect() {
      this.reset()
      const row = await pushQueue().catch(() => undefined)
      if (!row) return
      this.set({ state: 'pending' }, Number(row.pendientes))
      this.set({ state: 'dead' }, Number(row.muertas))
    },
  })
  new Gauge({
    name: 'triboka_documents',
    help: 'Documents whose stored bytes wait to be read, and verified ones that have changed or lost their file.',
    labelNames: ['state'] as const,
    registers,
    async collect() {
      this.reset()
      const row = await papers().catch(() => undefined)
      if (!row) return
      this.set({ state: 'waiting' }, Number(row.por_leer))
      this.set({ state: 'altered' }, Number(row.alterados))
      this.set({ state: 'lost' }, Number(row.perdidos))
    },
  })
  for (const what of ['free', 'size'] as const)
    new Gauge({
      name: `triboka_disk_${what}_bytes`,
      help: `${what === 'free' ? 'Free on' : 'Size of'} the disk that a folder is on.`,
      labelNames: ['folder'] as const,
      registers,
      async collect() {
        this.reset()
        for (const { name, ...disk } of await disksOf(watched().disks.folders))
          this.set({ folder: name }, disk[what])
      },
    })
  new Gauge({
    name: 'triboka_redis_up',
    help: '1 while Redis answers; nothing without REDIS_URL.',
    registers,
    collect() {
      const opened = redis()
      this.reset()
      if (opened) this.set(isReady(opened) ? 1 : 0)
    },
  })
}
