// Who is slow on purpose does not keep others from being served; who is slow because of the line is not cut.
import { once } from 'node:events'
import { request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { makeContrato, makePeople, type People } from '../api/support.ts'
import { pdf } from '../support/pdf.ts'
import { type Replica, startReplica } from '../support/replica.ts'

let people: People
let replica: Replica
beforeAll(async () => {
  people = await makePeople()
  replica = await startReplica(inject('stack'))
})
afterAll(() => replica.stop())

const session = () => ({ authorization: `Bearer ${people.ana.token}` })

/** A connection that says something and then a little more now and then, until it is closed. */
async function drip(told: string): Promise<string> {
  const socket: Socket = connect(replica.port, '127.0.0.1')
  let heard = ''
  socket.on('data', (data) => {
    heard += data
  })
  socket.on('error', () => {})
  socket.write(told)
  const dripping = setInterval(() => socket.write('x'), 1000)
  await once(socket, 'close')
  clearInterval(dripping)
  return heard
}

describe('una conexión lenta', () => {
  test('a propósito se cierra, y entretanto los demás son atendidos; un archivo que avanza llega', async () => {
    const { codigo } = await makeContrato(people)
    const authorization = `host: x\r\nauthorization: Bearer ${people.ana.token}\r\n`
    const heads = Promise.all(
      Array.from({ length: 200 }, () => drip('GET /contratos HTTP/1.1\r\nhost: x\r\nx-a: ')),
    )
    const bodies = Promise.all(
      Array.from({ length: 50 }, () =>
        drip(
          `POST /contratos HTTP/1.1\r\n${authorization}content-type: application/json\r\ncontent-length: 100000\r\n\r\n{"`,
        ),
      ),
    )
    const boundary = 'limite'
    const upload = request(`${replica.url}/contratos/${codigo}/documento`, {
      method: 'POST',
      headers: { ...session(), 'content-type': `multipart/form-data; boundary=${boundary}` },
    })
    const answer = once(upload, 'response')
    upload.write(`--${boundary}\r\ncontent-disposition: form-data; name="tipo"\r\n\r\notro\r\n`)
    upload.write(`--${boundary}\r\ncontent-disposition: form-data; name="archivo"; filename="a.pdf"\r\n\r\n`)
    // Until what is slow on purpose has been closed, all of it.
    let areOpen = true
    void Promise.all([heads, bodies]).then(() => {
      areOpen = false
    })
    while (areOpen) {
      upload.write(pdf(2000))
      await sleep(1000)
      expect((await fetch(`${replica.url}/contratos/${codigo}`, { headers: session() })).status).toBe(200)
    }
    upload.end(`\r\n--${boundary}--\r\n`)
    expect((await answer)[0].statusCode).toBe(201)
    for (const heard of await heads) expect(heard).toMatch(/^(HTTP\/1.1 408 |$)/)
    for (const heard of await bodies) {
      expect(heard).toMatch(/^HTTP\/1.1 408 /)
      expect(heard).toContain('"clave":"cuerpo_demasiado_lento"')
    }
  }, 120_000)
})
