// Links to read of the official storage-api, which live as long as whoever made them asked for: the entrance looks.
import { createServer } from 'node:http'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { listen } from '../support/listen.ts'
import { type Replica, startReplica } from '../support/replica.ts'
import { type Entrance, openEntrance } from './entrance.ts'

let replica: Replica
let entrance: Entrance
/** In place of Kong and storage-api: what reaches it, it serves. */
const gateway = createServer((req, res) => req.resume().on('end', () => res.end(`${req.method} ${req.url}`)))

beforeAll(async () => {
  replica = await startReplica(inject('stack'), { STORAGE_LINK_SECONDS: '600' })
  const port = await listen(gateway)
  entrance = await openEntrance({ gateway: port, functions: [replica.port], studio: port })
})
afterAll(async () => {
  await entrance?.dispose()
  await replica?.stop()
  gateway.close()
})

/** As storage-api signs them: nothing of who made it. */
function link(seconds: number, born = Math.floor(Date.now() / 1000)) {
  const payload = { url: 'contratos/CT-2025-00014/a.pdf', iat: born, exp: born + seconds }
  return `eyJhbGciOiJIUzI1NiJ9.${Buffer.from(JSON.stringify(payload)).toString('base64url')}.firma`
}
const PATH = '/storage/v1/object/sign/contratos/CT-2025-00014/a.pdf'
const ask = async (path: string, init?: RequestInit) => {
  const answer = await fetch(entrance.url + path, init)
  return { status: answer.status, type: answer.headers.get('content-type'), text: await answer.text() }
}

test('uno que dura lo que se admite llega como se pidió', async () => {
  for (const path of [
    `${PATH}?token=${link(600)}&download=`,
    `/storage/v1/render/image/sign/a/b.png?token=${link(60)}`,
  ])
    expect(await ask(path)).toMatchObject({ status: 200, text: `GET ${path}` })
})

test('uno que se pidió para más no se usa, se escriba como se escriba', async () => {
  const diezAnos = link(10 * 365 * 86_400)
  const ways = [
    `${PATH}?token=${diezAnos}`,
    `${PATH}?download=x&token=${diezAnos}`,
    `${PATH}?token=${link(60)}&token=${diezAnos}`,
    `${PATH}?t%6Fken=${diezAnos}`,
    `/storage/v1/object/%73ign/contratos/a.pdf?token=${diezAnos}`,
    `//storage/v1//object//sign/contratos/a.pdf?token=${diezAnos}`,
    `/storage/v1/object/x/../sign/contratos/a.pdf?token=${diezAnos}`,
    `/storage/v1/render/image/sign/contratos/a.png?token=${diezAnos}`,
    `${PATH}?token=${link(700, Math.floor(Date.now() / 1000) - 650)}`,
  ]
  for (const path of ways) {
    const { status, type, text } = await ask(path)
    expect([path, status, type]).toEqual([path, 403, 'application/problem+json'])
    expect(JSON.parse(text)).toMatchObject({ clave: 'enlace_demasiado_largo' })
  }
})

test('pedir un enlace, y lo que no lleva enlace, pasa; la pregunta misma no es pública', async () => {
  const body = JSON.stringify({ expiresIn: 60 })
  expect(await ask(PATH, { method: 'POST', body })).toMatchObject({ status: 200, text: `POST ${PATH}` })
  expect(await ask(`${PATH}?token=nada`)).toMatchObject({ status: 200 })
  const mucho = await ask(PATH, { method: 'POST', body: new Uint8Array(52 * 2 ** 20) })
  expect([mucho.status, mucho.type]).toEqual([413, 'application/problem+json'])
  for (const path of ['/.enlace', '/enlaces/plazo']) expect((await ask(path)).status).toBe(404)
})
