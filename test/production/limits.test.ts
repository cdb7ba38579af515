import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest'
import { crearGente, crearPersona, type Gente, type Persona } from '../api/support.ts'
import { type Redis, startRedis } from '../support/redis.ts'
import { type Replica, startReplica } from '../support/replica.ts'

const limites = {
  LIMIT_WRITES: '6/3600',
  LIMIT_UPLOADS: '2/3600',
  LIMIT_ADDRESS: '40/3600',
  LIMIT_ANONYMOUS: '5/3600',
}

let gente: Gente
let redis: Redis
let replicas: Replica[]
beforeAll(async () => {
  gente = await crearGente()
  redis = await startRedis()
  replicas = await Promise.all(
    [1, 2].map(() => startReplica(inject('stack'), { ...limites, REDIS_URL: redis.url })),
  )
  await redisSegun('disponible')
})
afterAll(async () => {
  await Promise.all(replicas.map((replica) => replica.stop()))
  await redis.dispose()
})

let direccion = 0
/** An address that no other test has come from. */
const otraDireccion = () => `203.0.113.${++direccion}`

/** What both replicas say of Redis, once they say so. */
async function redisSegun(estado: string) {
  for (const { url } of replicas)
    await vi.waitFor(
      async () => {
        const salud = await fetch(`${url}/salud`, { headers: { 'x-forwarded-for': otraDireccion() } })
        expect(await salud.json()).toMatchObject({ redis: estado })
      },
      { timeout: 15_000, interval: 100 },
    )
}

function pedir(
  replica: Replica,
  quien: Persona | null,
  method: string,
  desde = otraDireccion(),
  body?: BodyInit,
) {
  const esSubida = body instanceof FormData
  return fetch(replica.url + (esSubida ? '/contratos/1/documento' : '/contratos'), {
    method,
    headers: {
      'x-forwarded-for': desde,
      ...(quien && { authorization: `Bearer ${quien.token}` }),
      ...(method === 'POST' && !esSubida && { 'content-type': 'application/json' }),
    },
    body: method === 'POST' ? (body ?? '{}') : undefined,
  })
}

/** Statuses of so many writes of a person, to one replica and the other in turns. */
async function escribir(quien: Persona, veces: number, desde?: string): Promise<number[]> {
  const statuses: number[] = []
  for (let i = 0; i < veces; i++) statuses.push((await pedir(replicas[i % 2]!, quien, 'POST', desde)).status)
  return statuses
}
const otraPersona = () => crearPersona(gente.exportadora)
const [malo, demasiadas] = [422, 429]

describe('los límites', () => {
  test('de lo que escribe un usuario son los mismos en todas las réplicas, vengan de donde vengan', async () => {
    const persona = await otraPersona()
    expect(await escribir(persona, 8)).toEqual([malo, malo, malo, malo, malo, malo, demasiadas, demasiadas])
    expect(await escribir(await otraPersona(), 1)).toEqual([malo])
  })

  test('se dicen en las cabeceras del estándar, y el que se agota, en el problema', async () => {
    const persona = await otraPersona()
    const primera = await pedir(replicas[0]!, persona, 'POST')
    expect(primera.headers.get('ratelimit-policy')).toBe('"escrituras";q=6;w=3600, "direccion";q=40;w=3600')
    expect(primera.headers.get('ratelimit')).toMatch(/^"escrituras";r=5;t=3600, "direccion";r=39;t=3600$/)
    await escribir(persona, 5)
    const rechazada = await pedir(replicas[1]!, persona, 'POST')
    expect(rechazada.headers.get('content-type')).toContain('application/problem+json')
    expect(await rechazada.json()).toMatchObject({ status: 429, clave: 'demasiadas_peticiones' })
    expect(rechazada.headers.get('ratelimit')).toMatch(/^"escrituras";r=0;t=\d+/)
    expect(Number(rechazada.headers.get('retry-after'))).toBeGreaterThan(3000)
    expect(rechazada.headers.get('access-control-expose-headers')).toContain('RateLimit-Policy')
  })

  test('de los archivos son otros, y leer no gasta ninguno', async () => {
    const persona = await otraPersona()
    const statuses: number[] = []
    for (let i = 0; i < 3; i++)
      statuses.push((await pedir(replicas[i % 2]!, persona, 'POST', undefined, new FormData())).status)
    expect(statuses).toEqual([404, 404, demasiadas])
    for (let i = 0; i < 20; i++) expect((await pedir(replicas[i % 2]!, persona, 'GET')).status).toBe(200)
    expect(await escribir(persona, 1)).toEqual([malo])
  })

  test('de una dirección alcanzan para toda su gente', async () => {
    const desde = otraDireccion()
    const personas = await Promise.all(Array.from({ length: 7 }, otraPersona))
    const statuses = (await Promise.all(personas.map((persona) => escribir(persona, 6, desde)))).flat()
    expect(statuses.filter((status) => status === malo)).toHaveLength(40)
    expect(statuses.filter((status) => status === demasiadas)).toHaveLength(2)
  })

  test('sin sesión, o con una que no vale, son por dirección; una red IPv6 es una', async () => {
    const red = (n: number) => `2001:db8:1:2::${n.toString(16)}`
    const falso = { ...gente.ana, token: 'a.b.c' }
    const statuses: number[] = []
    for (let i = 0; i < 7; i++)
      statuses.push((await pedir(replicas[i % 2]!, i % 3 ? null : falso, 'GET', red(i + 1))).status)
    expect(statuses).toEqual([401, 401, 401, 401, 401, demasiadas, demasiadas])
    expect((await pedir(replicas[0]!, null, 'GET', '2001:db8:1:3::1')).status).toBe(401)
    // Whatever stands in Authorization, what is public is not free either.
    const publica = await fetch(`${replicas[0]!.url}/salud`, {
      headers: { 'x-forwarded-for': red(1), authorization: 'Bearer x.y.z' },
    })
    expect(publica.status).toBe(demasiadas)
    // Who has a session is not hindered by what others do behind the same address.
    expect((await pedir(replicas[0]!, gente.ana, 'GET', red(1))).status).toBe(200)
    for (const ruta of ['/salud/vivo', '/salud/listo'])
      expect((await fetch(replicas[0]!.url + ruta, { headers: { 'x-forwarded-for': red(1) } })).status).toBe(
        200,
      )
  })

  test('de lo que lee un usuario son un techo de cada réplica', async () => {
    const replica = await startReplica(inject('stack'), { LIMIT_READS: '3/3600' })
    const statuses: number[] = []
    for (const metodo of ['GET', 'HEAD', 'GET', 'GET', 'HEAD'])
      statuses.push((await pedir(replica, gente.ana, metodo)).status)
    const rechazada = await pedir(replica, gente.ana, 'GET')
    const ajena = await pedir(replica, gente.rita, 'GET')
    await replica.stop()
    expect(statuses).toEqual([200, 200, 200, demasiadas, demasiadas])
    expect(rechazada.headers.get('ratelimit')).toMatch(
      /^"lecturas";r=0;t=([1-9]|[1-9]\d\d?|[12]\d{3}|3[0-5]\d\d|3600)$/,
    )
    expect(ajena.status).toBe(200)
  })

  test('no creen en la dirección que dice un cliente si el proxy no es de confianza', async () => {
    const replica = await startReplica(inject('stack'), { ...limites, TRUSTED_PROXIES: '10.0.0.0/8' })
    const statuses: number[] = []
    for (let i = 0; i < 6; i++) statuses.push((await pedir(replica, null, 'GET')).status)
    await replica.stop()
    expect(statuses).toEqual([401, 401, 401, 401, 401, demasiadas])
  })

  test('al aceptar invitaciones son también por dirección', async () => {
    const desde = otraDireccion()
    const statuses: number[] = []
    for (let i = 0; i < 7; i++) {
      const { token } = await otraPersona()
      const response = await fetch(`${replicas[i % 2]!.url}/invitaciones/aceptar`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
          'x-forwarded-for': desde,
        },
        body: JSON.stringify({ testigo: 'x'.repeat(43) }),
      })
      statuses.push(response.status)
    }
    expect(statuses.slice(0, 5)).not.toContain(demasiadas)
    expect(statuses.slice(5)).toEqual([demasiadas, demasiadas])
  })
})

describe('sin Redis', () => {
  const avisos = (replica: Replica) => replica.log().filter(({ msg }) => msg?.startsWith('Redis is'))

  test.each([
    ['que se detiene', () => redis.stop(), () => redis.start()],
    ['que muere', () => redis.stop('SIGKILL'), () => redis.start()],
    ['que no contesta', () => redis.freeze(), () => redis.thaw()],
  ])(
    '%s, se atiende igual con límites de cada réplica; al volver son otra vez de todas',
    async (_, quitar, poner) => {
      const antes = avisos(replicas[0]!).length
      await quitar()
      const persona = await otraPersona()
      // Twice six in the two replicas: each counts by itself.
      const statuses = await escribir(persona, 14)
      expect(statuses.filter((status) => status === malo)).toHaveLength(12)
      expect(statuses.slice(12)).toEqual([demasiadas, demasiadas])
      expect((await pedir(replicas[0]!, gente.ana, 'GET')).status).toBe(200)
      await redisSegun('no disponible')
      await poner()
      await redisSegun('disponible')
      expect((await escribir(await otraPersona(), 8)).filter((status) => status === malo)).toHaveLength(6)
      // One line when it goes and one when it comes back, however many requests there were.
      const nuevos = () =>
        avisos(replicas[0]!)
          .slice(antes)
          .map(({ msg }) => msg)
      await vi.waitFor(() =>
        expect(nuevos()).toEqual([
          'Redis is away: nothing is cached, and limits are those of this process',
          'Redis is there',
        ]),
      )
    },
  )

  test('desde el comienzo, arranca y atiende', async () => {
    await redis.stop()
    const replica = await startReplica(inject('stack'), { ...limites, REDIS_URL: redis.url })
    expect((await fetch(`${replica.url}/salud/listo`)).status).toBe(200)
    expect((await pedir(replica, gente.ana, 'POST')).status).toBe(malo)
    const salud = await fetch(`${replica.url}/salud`)
    expect([salud.status, ((await salud.json()) as { redis: string }).redis]).toEqual([200, 'no disponible'])
    await redis.start()
    await redisSegun('disponible')
    await replica.stop()
  })
})
