// Who is slow on purpose does not keep others from being served; who is slow because of the line is not cut.
import { once } from 'node:events'
import { request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { crearGente, type Gente, nuevoContrato } from '../api/support.ts'
import { pdf } from '../support/pdf.ts'
import { type Replica, startReplica } from '../support/replica.ts'

let gente: Gente
let replica: Replica
beforeAll(async () => {
  gente = await crearGente()
  replica = await startReplica(inject('stack'))
})
afterAll(() => replica.stop())

const sesion = () => ({ authorization: `Bearer ${gente.ana.token}` })

/** A connection that says something and then a little more now and then, until it is closed. */
async function gotear(dicho: string): Promise<string> {
  const socket: Socket = connect(replica.port, '127.0.0.1')
  let oido = ''
  socket.on('data', (data) => {
    oido += data
  })
  socket.on('error', () => {})
  socket.write(dicho)
  const goteo = setInterval(() => socket.write('x'), 1000)
  await once(socket, 'close')
  clearInterval(goteo)
  return oido
}

describe('una conexión lenta', () => {
  test('a propósito se cierra, y entretanto los demás son atendidos; un archivo que avanza llega', async () => {
    const { codigo } = await nuevoContrato(gente)
    const autorizacion = `host: x\r\nauthorization: Bearer ${gente.ana.token}\r\n`
    const cabeceras = Promise.all(
      Array.from({ length: 200 }, () => gotear('GET /contratos HTTP/1.1\r\nhost: x\r\nx-a: ')),
    )
    const cuerpos = Promise.all(
      Array.from({ length: 50 }, () =>
        gotear(
          `POST /contratos HTTP/1.1\r\n${autorizacion}content-type: application/json\r\ncontent-length: 100000\r\n\r\n{"`,
        ),
      ),
    )
    const frontera = 'limite'
    const subida = request(`${replica.url}/contratos/${codigo}/documento`, {
      method: 'POST',
      headers: { ...sesion(), 'content-type': `multipart/form-data; boundary=${frontera}` },
    })
    const respuesta = once(subida, 'response')
    subida.write(`--${frontera}\r\ncontent-disposition: form-data; name="tipo"\r\n\r\notro\r\n`)
    subida.write(`--${frontera}\r\ncontent-disposition: form-data; name="archivo"; filename="a.pdf"\r\n\r\n`)
    // Until what is slow on purpose has been closed, all of it.
    let sonMuchas = true
    void Promise.all([cabeceras, cuerpos]).then(() => {
      sonMuchas = false
    })
    while (sonMuchas) {
      subida.write(pdf(2000))
      await sleep(1000)
      expect((await fetch(`${replica.url}/contratos/${codigo}`, { headers: sesion() })).status).toBe(200)
    }
    subida.end(`\r\n--${frontera}--\r\n`)
    expect((await respuesta)[0].statusCode).toBe(201)
    for (const oido of await cabeceras) expect(oido).toMatch(/^(HTTP\/1.1 408 |$)/)
    for (const oido of await cuerpos) {
      expect(oido).toMatch(/^HTTP\/1.1 408 /)
      expect(oido).toContain('"clave":"cuerpo_demasiado_lento"')
    }
  }, 120_000)
})
