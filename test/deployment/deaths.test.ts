// Every process of a server is killed in turn, as the kernel does when memory runs out, while people work through its
// entrance. Who starts it again on a server (systemd, the restart policy of its container) is here this file.
import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { SupabaseClient } from '@supabase/supabase-js'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { findFreePorts } from '../../supabase/local/ports.ts'
import { ask, familyOf, killAll, postmasterOf, survivors } from '../acceptance/process/support.ts'
import { attach, type Contract, createContract, invoke, signIn } from '../acceptance/support.ts'
import { pdfBlob } from '../support/pdf.ts'
import { type Redis, startRedis } from '../support/redis.ts'
import { type Replica, startReplica } from '../support/replica.ts'
import { sha256 } from '../support/sha256.ts'
import { makeEnv, type StackProcess, startStackProcess } from '../support/stack.ts'
import { until } from '../support/until.ts'
import { chooseDoors, type Entrance, openEntrance } from './entrance.ts'

// The measure is ten seconds on a machine of its own; here others work on it at the same time.
const PATIENCE_MS = 60_000
const TRY_MS = 8000
// RestartSec of supabase/pilot/triboka.service.
const RESTART_MS = 2000

let made: Awaited<ReturnType<typeof makeEnv>>
let pilot: StackProcess
let redis: Redis
let replica: Replica
let replicaEnv: Record<string, string>
let entrance: Entrance
let target: { url: string; key: string }
let agroarriba: SupabaseClient
let contract: Contract

beforeAll(async () => {
  const doors = await chooseDoors()
  redis = await startRedis()
  made = await makeEnv()
  Object.assign(made.env, { SUPABASE_PUBLIC_URL: `https://localhost:${doors.https}`, REDIS_URL: redis.url })
  pilot = await startStackProcess(made)
  replicaEnv = {
    ...(Object.fromEntries(Object.entries(made.env).filter(([name]) => name.startsWith('LIMIT_'))) as Record<
      string,
      string
    >),
    REDIS_URL: redis.url,
  }
  replica = await startReplica(pilot.stack, replicaEnv, (await findFreePorts(1))[0])
  entrance = await openEntrance(
    {
      gateway: Number(made.env.SUPABASE_API_PORT),
      functions: [Number(made.env.PORT), replica.port],
      studio: Number(made.env.STUDIO_PORT),
    },
    { NGINX_RATE: '10000r/s', NGINX_RATE_SIGN_IN: '6000r/m' },
    doors,
  )
  target = { url: entrance.url, key: pilot.stack.publishableKey }
  agroarriba = await signIn('agroarriba', target)
  contract = await createContract(agroarriba)
})
afterAll(async () => {
  await entrance?.dispose()
  await replica?.stop()
  await pilot?.dispose()
  await redis?.dispose()
})

/** What the server said that it keeps. */
const confirmed = { messages: new Set<string>(), rows: new Set<string>(), papers: new Map<number, string>() }
let isOver = false

/** Does something again and again until all is over; what fails is somebody's bad moment, and is not counted. */
async function work(piece: () => Promise<unknown>) {
  while (!isOver) {
    await piece().catch(() => {})
    await sleep(5)
  }
}
const people = () => [
  ...[1, 2, 3].map(() =>
    work(async () => {
      const texto = randomUUID()
      const { status } = await invoke(agroarriba, `contratos/${contract.codigo}/mensajes`, {
        body: { texto },
      })
      if (status === 201) confirmed.messages.add(texto)
    }),
  ),
  work(async () => {
    const texto = randomUUID()
    const { error } = await agroarriba.from('mensajes').insert({ contrato_id: contract.id, texto })
    if (!error) confirmed.rows.add(texto)
  }),
  work(async () => {
    const file = pdfBlob(200_000)
    const { status, data } = await attach(agroarriba, contract, file, 'x.pdf', { tipo: 'otro' })
    if (status === 201) confirmed.papers.set(data.id, sha256(await file.bytes()))
  }),
]

/** All that a person does in a day: enters, reads, hears what is said, hands in a paper and fetches it. */
async function day(): Promise<void> {
  const centro = await signIn('triboka', target)
  try {
    await centro.realtime.setAuth()
    const { data, error } = await centro.from('contratos').select('codigo').eq('id', contract.id).single()
    if (error) throw error
    expect(data.codigo).toBe(contract.codigo)
    const texto = randomUUID()
    await new Promise<void>((resolve, reject) => {
      centro
        .channel(`contrato:${contract.codigo}`, { config: { private: true } })
        .on('broadcast', { event: 'mensaje' }, ({ payload }) => payload.texto === texto && resolve())
        .subscribe((state, error) => {
          if (state === 'CHANNEL_ERROR' || state === 'TIMED_OUT') reject(error ?? new Error(state))
          if (state === 'SUBSCRIBED')
            invoke(centro, `contratos/${contract.codigo}/mensajes`, { body: { texto } }).then(
              ({ status }) => status === 201 || reject(new Error(`The message: ${status}`)),
              reject,
            )
        })
    })
    const file = pdfBlob(50_000)
    const handed = await attach(centro, contract, file, 'y.pdf', { tipo: 'otro' })
    expect(handed.status).toBe(201)
    const { data: session } = await centro.auth.getSession()
    const fetched = await fetch(`${entrance.url}/contratos/${contract.codigo}/documentos/${handed.data.id}`, {
      headers: { authorization: `Bearer ${session.session!.access_token}` },
    })
    expect(sha256(await fetched.bytes())).toBe(sha256(await file.bytes()))
  } finally {
    await centro.removeAllChannels()
    centro.realtime.disconnect()
  }
}

/** Waits until such a day can be lived again. */
const back = () =>
  vi.waitFor(
    () =>
      Promise.race([
        day(),
        sleep(TRY_MS, undefined, { ref: false }).then(() => Promise.reject(new Error('No answer'))),
      ]),
    { timeout: PATIENCE_MS, interval: 50 },
  )

const functionsOf = async (parent: number) => {
  for (const found of await familyOf(parent)) {
    const command = await readFile(`/proc/${found.pid}/cmdline`, 'utf8').catch(() => '')
    if (command.includes('server/index.mjs')) return found
  }
  throw new Error('The functions of the stack are not running.')
}
const workerOf = async (master: number) => (await familyOf(master)).filter(({ parent }) => parent === master)

/** How each dies; who starts it again, where nobody of its own does. */
const DEATHS: [string, () => Promise<unknown>][] = [
  ['las funciones de la pila', async () => killAll([await functionsOf(pilot.child.pid!)])],
  [
    'la otra réplica de las funciones',
    async () => {
      await replica.stop('SIGKILL')
      replica = await startReplica(pilot.stack, replicaEnv, replica.port)
    },
  ],
  [
    'un proceso de Postgres',
    async () => {
      const [backend] = await ask<{ pid: number }>(
        pilot,
        `select pid from pg_stat_activity where usename = 'authenticator' and state is not null limit 1`,
      )
      process.kill(backend!.pid, 'SIGKILL')
    },
  ],
  ['Postgres entero', async () => killAll(await familyOf((await postmasterOf(pilot)).pid))],
  [
    'la pila (puerta de enlace, Auth, Storage y Realtime)',
    async () => {
      pilot.child.kill('SIGKILL')
      await until('the stack ended', () => pilot.child.signalCode !== null)
      await sleep(RESTART_MS)
      pilot = await startStackProcess(made)
    },
  ],
  [
    'Redis',
    async () => {
      await redis.stop('SIGKILL')
      await redis.start()
    },
  ],
  ['un trabajador de nginx', async () => killAll(await workerOf(entrance.nginx.pid()))],
  [
    'nginx entero',
    async () => {
      const family = await familyOf(entrance.nginx.pid())
      await killAll(family)
      await until('nginx ended', async () => (await survivors(family)).length === 0)
      await entrance.nginx.start()
    },
  ],
]

test('con kill -9 a cada proceso bajo carga, lo confirmado está y el servicio vuelve', async () => {
  const centro = await signIn('triboka', target)
  await centro.realtime.setAuth()
  const heard = new Set<string>()
  centro
    .channel(`contrato:${contract.codigo}`, { config: { private: true } })
    .on('broadcast', { event: 'mensaje' }, ({ payload }) => heard.add(payload.texto))
    .subscribe()
  await day()
  const working = people()
  for (const [who, kill] of DEATHS) {
    const before = confirmed.messages.size
    await until('people work', () => confirmed.messages.size >= before + 20, PATIENCE_MS)
    await kill()
    await back().catch((cause) => {
      throw new Error(`${who}: no vuelve`, { cause })
    })
  }
  // Who has listened since before the first death hears again too, without having done anything.
  const before = confirmed.messages.size
  await until(
    'the listener hears what is said now',
    () => [...confirmed.messages].slice(before).some((texto) => heard.has(texto)),
    PATIENCE_MS,
  )
  isOver = true
  await Promise.all(working)
  await centro.removeAllChannels()
  centro.realtime.disconnect()

  const said = await ask<{ texto: string }>(
    pilot,
    `select texto from public.mensajes where contrato_id = ${contract.id} and tipo = 'usuario'`,
  )
  const texts = said.map(({ texto }) => texto)
  const once = new Set(texts)
  expect(texts.length).toBe(once.size)
  expect([...confirmed.messages, ...confirmed.rows].filter((texto) => !once.has(texto))).toEqual([])
  const { data } = await agroarriba.auth.getSession()
  for (const [id, hash] of confirmed.papers) {
    const response = await fetch(`${entrance.url}/contratos/${contract.codigo}/documentos/${id}`, {
      headers: { authorization: `Bearer ${data.session!.access_token}` },
    })
    expect([id, response.status, sha256(await response.bytes())]).toEqual([id, 200, hash])
  }
  expect(confirmed.rows.size).toBeGreaterThan(20)
  expect(confirmed.papers.size).toBeGreaterThan(20)
}, 300_000)
