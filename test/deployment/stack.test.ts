import type { SupabaseClient } from '@supabase/supabase-js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Contract, createContract, EMAILS, form, invoke, signIn } from '../acceptance/support.ts'
import { upload } from '../storage/tus.ts'
import { pdf } from '../support/pdf.ts'
import { type Redis, startRedis } from '../support/redis.ts'
import { sha256 } from '../support/sha256.ts'
import { makeEnv, type StackProcess, startStackProcess } from '../support/stack.ts'
import { chooseDoors, type Entrance, openEntrance, STUDIO_PASSWORD } from './entrance.ts'

let pilot: StackProcess
let redis: Redis
let entrance: Entrance
let agroarriba: SupabaseClient
let contract: Contract
let target: { url: string; key: string }

beforeAll(async () => {
  const doors = await chooseDoors()
  const { dir, env } = await makeEnv()
  redis = await startRedis()
  pilot = await startStackProcess({
    dir,
    env: { ...env, SUPABASE_PUBLIC_URL: `https://localhost:${doors.https}`, REDIS_URL: redis.url },
  })
  const port = (name: string) => Number(env[name])
  entrance = await openEntrance(
    { gateway: port('SUPABASE_API_PORT'), functions: [port('PORT')], studio: port('STUDIO_PORT') },
    {},
    doors,
  )
  target = { url: entrance.url, key: pilot.stack.publishableKey }
  agroarriba = await signIn('agroarriba', target)
  contract = await createContract(agroarriba)
})
afterAll(async () => {
  await entrance?.dispose()
  await pilot?.dispose()
  await redis?.dispose()
})

const tokenOf = async (supabase: SupabaseClient) =>
  (await supabase.auth.getSession()).data.session!.access_token

describe('por la entrada', () => {
  test('las tablas contestan con lo que cada quien puede ver', async () => {
    const { data, error } = await agroarriba.from('contratos').select('codigo').eq('id', contract.id)
    expect({ data, error }).toEqual({ data: [{ codigo: contract.codigo }], error: null })
    const rival = await signIn('exportadoraRival', target)
    expect((await rival.from('contratos').select('codigo').eq('id', contract.id)).data).toEqual([])
  })

  test('las funciones están por su ruta y por la de Supabase', async () => {
    const headers = { authorization: `Bearer ${await tokenOf(agroarriba)}` }
    for (const path of ['', '/functions/v1']) {
      const response = await fetch(`${entrance.url}${path}/contratos/${contract.codigo}`, { headers })
      expect([path, response.status]).toEqual([path, 200])
    }
  })

  test('pasa un documento de 50 MiB, y vuelve igual', async () => {
    const bytes = pdf(50 * 2 ** 20)
    const { status, data } = await invoke(agroarriba, `contratos/${contract.codigo}/documento`, {
      body: form(new Blob([bytes]), 'grande.pdf', { tipo: 'factura' }),
    })
    expect([status, data.bytes, data.sha256]).toEqual([201, bytes.length, sha256(bytes)])
    const response = await fetch(`${entrance.url}/contratos/${contract.codigo}/documentos/${data.id}`, {
      headers: { authorization: `Bearer ${await tokenOf(agroarriba)}` },
    })
    expect(sha256(await response.bytes())).toBe(sha256(bytes))
  })

  test('una subida que se corta sigue donde quedó, por la misma entrada', async () => {
    const bytes = pdf(3 * 2 ** 20)
    const who = { token: await tokenOf(agroarriba) }
    const name = `${contract.codigo}/factura_777.pdf`
    const options = { url: entrance.url, headers: { apikey: pilot.stack.publishableKey } }
    const uploadUrl = await upload(who, 'contratos', name, bytes, { ...options, stopAt: 2 ** 20 })
    expect(uploadUrl.startsWith(`${entrance.url}/storage/v1/upload/resumable/`)).toBe(true)
    await upload(who, 'contratos', name, bytes, { ...options, uploadUrl })
    const { data } = await agroarriba.storage.from('contratos').download(name)
    expect(sha256(await data!.bytes())).toBe(sha256(bytes))
    const { data: signed } = await agroarriba.storage.from('contratos').createSignedUrl(name, 60)
    expect(signed!.signedUrl.startsWith(entrance.url)).toBe(true)
    expect(sha256(await (await fetch(signed!.signedUrl)).bytes())).toBe(sha256(bytes))
  })

  test('lo dicho en un contrato llega por wss a quien es parte', async () => {
    const centro = await signIn('triboka', target)
    await centro.realtime.setAuth()
    const heard = new Promise<unknown>((resolve, reject) => {
      centro
        .channel(`contrato:${contract.codigo}`, { config: { private: true } })
        .on('broadcast', { event: 'mensaje' }, ({ payload }) => resolve(payload))
        .subscribe((status, error) => {
          if (status === 'CHANNEL_ERROR') reject(error)
          if (status === 'SUBSCRIBED')
            void invoke(agroarriba, `contratos/${contract.codigo}/mensajes`, { body: { texto: 'Llegó.' } })
        })
    })
    expect(await heard).toMatchObject({ texto: 'Llegó.' })
    expect((await entrance.logged('/realtime/v1/websocket')).length).toBe(0)
    await centro.removeAllChannels()
    centro.realtime.disconnect()
    // The line of a connection is written when it ends.
    await expect
      .poll(() => entrance.logged('/realtime/v1/websocket'), { timeout: 15_000 })
      .toMatchObject([{ client: '127.0.0.1', status: 101 }])
  })

  test('los enlaces que salen en los correos llevan a la entrada', async () => {
    const response = await fetch(`${entrance.url}/auth/v1/admin/generate_link`, {
      method: 'POST',
      headers: { apikey: pilot.stack.secretKey, 'content-type': 'application/json' },
      body: JSON.stringify({ type: 'magiclink', email: EMAILS.agroarriba }),
    })
    const { action_link } = (await response.json()) as { action_link: string }
    expect(action_link.startsWith(`${entrance.url}/auth/v1/verify?`)).toBe(true)
    const followed = await fetch(action_link, { redirect: 'manual' })
    expect(followed.status).toBe(303)
    expect(followed.headers.get('location')).toContain('access_token=')
  })

  test('se sabe cómo está todo, sin que se vea más', async () => {
    const response = await fetch(`${entrance.url}/salud`)
    expect([response.status, await response.json()]).toMatchObject([
      200,
      { estado: 'listo', redis: 'disponible' },
    ])
    expect((await fetch(`${entrance.url}/salud/listo`)).status).toBe(200)
    for (const path of ['/metrics', '/functions/v1/metrics', '/realtime/v1/metrics'])
      expect([path, (await fetch(`${entrance.url}${path}`)).status]).toEqual([path, 404])
  })

  test('Redis se detiene y vuelve, y nadie lo nota', async () => {
    const headers = { authorization: `Bearer ${await tokenOf(agroarriba)}` }
    const read = async () => (await fetch(`${entrance.url}/contratos/${contract.codigo}`, { headers })).status
    await redis.stop('SIGKILL')
    expect(await Promise.all([read(), read(), read()])).toEqual([200, 200, 200])
    const { status } = await invoke(agroarriba, `contratos/${contract.codigo}/mensajes`, {
      body: { texto: 'Sigo.' },
    })
    expect(status).toBe(201)
    await redis.start()
    const health = async () =>
      ((await (await fetch(`${entrance.url}/salud`)).json()) as { redis: string }).redis
    await expect.poll(health, { timeout: 20_000 }).toBe('disponible')
  })

  test('Studio abre con la contraseña y cambia filas', async () => {
    const authorization = `Basic ${Buffer.from(`operador:${STUDIO_PASSWORD}`).toString('base64')}`
    expect((await fetch(entrance.studioUrl)).status).toBe(401)
    const page = await fetch(entrance.studioUrl, { headers: { authorization } })
    expect([page.status, page.headers.get('content-type')]).toEqual([
      200,
      expect.stringContaining('text/html'),
    ])
    const browser = { authorization, origin: entrance.studioUrl, 'sec-fetch-site': 'same-origin' }
    const rows = await fetch(`${entrance.studioUrl}/rest/v1/contratos?select=codigo&id=eq.${contract.id}`, {
      headers: browser,
    })
    expect(await rows.json()).toEqual([{ codigo: contract.codigo }])
    const foreign = { ...browser, origin: 'https://otra.example', 'sec-fetch-site': 'cross-site' }
    expect((await fetch(`${entrance.studioUrl}/rest/v1/contratos`, { headers: foreign })).status).toBe(403)
  })
})
