import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest'
import { makePeople, makePerson, type People, type Person } from '../api/support.ts'
import { type Redis, startRedis } from '../support/redis.ts'
import { type Replica, startReplica } from '../support/replica.ts'

const LIMITS = {
  LIMIT_WRITES: '6/3600',
  LIMIT_UPLOADS: '2/3600',
  LIMIT_ADDRESS: '40/3600',
  LIMIT_ANONYMOUS: '5/3600',
}

let people: People
let redis: Redis
let replicas: Replica[]
beforeAll(async () => {
  people = await makePeople()
  redis = await startRedis()
  replicas = await Promise.all(
    [1, 2].map(() => startReplica(inject('stack'), { ...LIMITS, REDIS_URL: redis.url })),
  )
  await redisIs('disponible')
})
afterAll(async () => {
  await Promise.all(replicas.map((replica) => replica.stop()))
  await redis.dispose()
})

let address = 0
/** An address that no other test has come from. */
const anotherAddress = () => `203.0.113.${++address}`

/** What both replicas say of Redis, once they say so. */
async function redisIs(state: string) {
  for (const { url } of replicas)
    await vi.waitFor(
      async () => {
        const health = await fetch(`${url}/salud`, { headers: { 'x-forwarded-for': anotherAddress() } })
        expect(await health.json()).toMatchObject({ redis: state })
      },
      { timeout: 15_000, interval: 100 },
    )
}

function ask(replica: Replica, who: Person | null, method: string, from = anotherAddress(), body?: BodyInit) {
  const isUpload = body instanceof FormData
  return fetch(replica.url + (isUpload ? '/contratos/1/documento' : '/contratos'), {
    method,
    headers: {
      'x-forwarded-for': from,
      ...(who && { authorization: `Bearer ${who.token}` }),
      ...(method === 'POST' && !isUpload && { 'content-type': 'application/json' }),
    },
    body: method === 'POST' ? (body ?? '{}') : undefined,
  })
}

/** Statuses of so many writes of a person, to one replica and the other in turns. */
async function write(who: Person, times: number, from?: string): Promise<number[]> {
  const statuses: number[] = []
  for (let i = 0; i < times; i++) statuses.push((await ask(replicas[i % 2]!, who, 'POST', from)).status)
  return statuses
}
const anotherPerson = () => makePerson(people.exportadora)
const [BAD, TOO_MANY] = [422, 429]

describe('los límites', () => {
  test('de lo que escribe un usuario son los mismos en todas las réplicas, vengan de donde vengan', async () => {
    const person = await anotherPerson()
    expect(await write(person, 8)).toEqual([BAD, BAD, BAD, BAD, BAD, BAD, TOO_MANY, TOO_MANY])
    expect(await write(await anotherPerson(), 1)).toEqual([BAD])
  })

  test('se dicen en las cabeceras del estándar, y el que se agota, en el problema', async () => {
    const person = await anotherPerson()
    const first = await ask(replicas[0]!, person, 'POST')
    expect(first.headers.get('ratelimit-policy')).toBe('"escrituras";q=6;w=3600, "direccion";q=40;w=3600')
    expect(first.headers.get('ratelimit')).toMatch(/^"escrituras";r=5;t=3600, "direccion";r=39;t=3600$/)
    await write(person, 5)
    const rejected = await ask(replicas[1]!, person, 'POST')
    expect(rejected.headers.get('content-type')).toContain('application/problem+json')
    expect(await rejected.json()).toMatchObject({ status: 429, clave: 'demasiadas_peticiones' })
    expect(rejected.headers.get('ratelimit')).toMatch(/^"escrituras";r=0;t=\d+/)
    expect(rejected.headers.get('retry-after')).toMatch(/^[1-9]\d*$/)
    expect(rejected.headers.get('access-control-expose-headers')).toContain('RateLimit-Policy')
  })

  test('de los archivos son otros, y leer no gasta ninguno', async () => {
    const person = await anotherPerson()
    const statuses: number[] = []
    for (let i = 0; i < 3; i++)
      statuses.push((await ask(replicas[i % 2]!, person, 'POST', undefined, new FormData())).status)
    expect(statuses).toEqual([404, 404, TOO_MANY])
    for (let i = 0; i < 20; i++) expect((await ask(replicas[i % 2]!, person, 'GET')).status).toBe(200)
    expect(await write(person, 1)).toEqual([BAD])
  })

  test('de una dirección alcanzan para toda su gente', async () => {
    const from = anotherAddress()
    const personas = await Promise.all(Array.from({ length: 7 }, anotherPerson))
    const statuses = (await Promise.all(personas.map((person) => write(person, 6, from)))).flat()
    expect(statuses.filter((status) => status === BAD)).toHaveLength(40)
    expect(statuses.filter((status) => status === TOO_MANY)).toHaveLength(2)
  })

  test('sin sesión, o con una que no vale, son por dirección; una red IPv6 es una', async () => {
    const red = (n: number) => `2001:db8:1:2::${n.toString(16)}`
    const fake = { ...people.ana, token: 'a.b.c' }
    const statuses: number[] = []
    for (let i = 0; i < 7; i++)
      statuses.push((await ask(replicas[i % 2]!, i % 3 ? null : fake, 'GET', red(i + 1))).status)
    expect(statuses).toEqual([401, 401, 401, 401, 401, TOO_MANY, TOO_MANY])
    expect((await ask(replicas[0]!, null, 'GET', '2001:db8:1:3::1')).status).toBe(401)
    // Whatever stands in Authorization, what is public is not free either.
    const publica = await fetch(`${replicas[0]!.url}/salud`, {
      headers: { 'x-forwarded-for': red(1), authorization: 'Bearer x.y.z' },
    })
    expect(publica.status).toBe(TOO_MANY)
    // Who has a session is not hindered by what others do behind the same address.
    expect((await ask(replicas[0]!, people.ana, 'GET', red(1))).status).toBe(200)
    for (const path of ['/salud/vivo', '/salud/listo'])
      expect((await fetch(replicas[0]!.url + path, { headers: { 'x-forwarded-for': red(1) } })).status).toBe(
        200,
      )
  })

  test('de lo que lee un usuario son un techo de cada réplica', async () => {
    const replica = await startReplica(inject('stack'), { LIMIT_READS: '3/3600' })
    const statuses: number[] = []
    for (const method of ['GET', 'HEAD', 'GET', 'GET', 'HEAD'])
      statuses.push((await ask(replica, people.ana, method)).status)
    const rejected = await ask(replica, people.ana, 'GET')
    const other = await ask(replica, people.rita, 'GET')
    await replica.stop()
    expect(statuses).toEqual([200, 200, 200, TOO_MANY, TOO_MANY])
    expect(rejected.headers.get('ratelimit')).toMatch(
      /^"lecturas";r=0;t=([1-9]|[1-9]\d\d?|[12]\d{3}|3[0-5]\d\d|3600)$/,
    )
    expect(other.status).toBe(200)
  })

  test('no creen en la dirección que dice un cliente si el proxy no es de confianza', async () => {
    const replica = await startReplica(inject('stack'), { ...LIMITS, TRUSTED_PROXIES: '10.0.0.0/8' })
    const statuses: number[] = []
    for (let i = 0; i < 6; i++) statuses.push((await ask(replica, null, 'GET')).status)
    await replica.stop()
    expect(statuses).toEqual([401, 401, 401, 401, 401, TOO_MANY])
  })

  test('al aceptar invitaciones son también por dirección', async () => {
    const from = anotherAddress()
    const statuses: number[] = []
    for (let i = 0; i < 7; i++) {
      const { token } = await anotherPerson()
      const response = await fetch(`${replicas[i % 2]!.url}/invitaciones/aceptar`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
          'x-forwarded-for': from,
        },
        body: JSON.stringify({ testigo: 'x'.repeat(43) }),
      })
      statuses.push(response.status)
    }
    expect(statuses.slice(0, 5)).not.toContain(TOO_MANY)
    expect(statuses.slice(5)).toEqual([TOO_MANY, TOO_MANY])
  })
})

describe('sin Redis', () => {
  const notices = (replica: Replica) => replica.log().filter(({ msg }) => msg?.startsWith('Redis is'))

  test.each([
    ['que se detiene', () => redis.stop(), () => redis.start()],
    ['que muere', () => redis.stop('SIGKILL'), () => redis.start()],
    ['que no contesta', () => redis.freeze(), () => redis.thaw()],
  ])(
    '%s, se atiende igual con límites de cada réplica; al volver son otra vez de todas',
    async (_, remove, put) => {
      const before = notices(replicas[0]!).length
      await remove()
      const person = await anotherPerson()
      // Twice six in the two replicas: each counts by itself.
      const statuses = await write(person, 14)
      expect(statuses.filter((status) => status === BAD)).toHaveLength(12)
      expect(statuses.slice(12)).toEqual([TOO_MANY, TOO_MANY])
      expect((await ask(replicas[0]!, people.ana, 'GET')).status).toBe(200)
      await redisIs('no disponible')
      await put()
      await redisIs('disponible')
      expect((await write(await anotherPerson(), 8)).filter((status) => status === BAD)).toHaveLength(6)
      // One line when it goes and one when it comes back, however many requests there were.
      const fresh = () =>
        notices(replicas[0]!)
          .slice(before)
          .map(({ msg }) => msg)
      await vi.waitFor(() =>
        expect(fresh()).toEqual([
          'Redis is away: nothing is cached, and limits are those of this process',
          'Redis is there',
        ]),
      )
    },
  )

  test('desde el comienzo, arranca y atiende', async () => {
    await redis.stop()
    const replica = await startReplica(inject('stack'), { ...LIMITS, REDIS_URL: redis.url })
    expect((await fetch(`${replica.url}/salud/listo`)).status).toBe(200)
    expect((await ask(replica, people.ana, 'POST')).status).toBe(BAD)
    const health = await fetch(`${replica.url}/salud`)
    expect([health.status, ((await health.json()) as { redis: string }).redis]).toEqual([
      200,
      'no disponible',
    ])
    await redis.start()
    await redisIs('disponible')
    await replica.stop()
  })
})
