import { createStorage, type Storage } from 'unstorage'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { cacheDriver } from '../../server/process/cache.ts'
import { type Redis, startRedis } from '../support/redis.ts'

let redis: Redis
let replicas: Storage<string>[]
beforeAll(async () => {
  redis = await startRedis()
  replicas = [1, 2].map(() => createStorage<string>({ driver: cacheDriver(redis.url) }))
})
afterAll(async () => {
  await Promise.all(replicas.map((replica) => replica.dispose()))
  await redis.dispose()
})

/** Keeps and finds a value, once the connection is there. */
const keep = (key: string) =>
  vi.waitFor(
    async () => {
      await replicas[0]!.setItem(key, 'valor')
      expect(await replicas[1]!.getItem(key)).toBe('valor')
    },
    { timeout: 15_000, interval: 100 },
  )

describe('lo que se guarda para no repetirlo', () => {
  test('lo encuentran todas las réplicas, y vence', async () => {
    await keep('precio')
    expect(await replicas[1]!.hasItem('precio')).toBe(true)
    expect(await replicas[1]!.getKeys()).toEqual(['precio'])
    await replicas[0]!.setItem('breve', 'x', { ttl: 1 })
    await vi.waitFor(async () => expect(await replicas[1]!.hasItem('breve')).toBe(false), { timeout: 10_000 })
  })

  test.each([
    ['se va', () => redis.stop('SIGKILL'), () => redis.start()],
    ['no contesta', () => redis.freeze(), () => redis.thaw()],
  ])('si Redis %s, no se encuentra y nadie falla; cuando vuelve, sí', async (_, remove, put) => {
    await keep('precio')
    await remove()
    await replicas[0]!.setItem('precio', 'otro')
    await replicas[0]!.removeItem('nada')
    expect([
      await replicas[1]!.getItem('precio'),
      await replicas[1]!.hasItem('precio'),
      await replicas[1]!.getKeys(),
    ]).toEqual([null, false, []])
    await put()
    await keep('precio')
  })
})
