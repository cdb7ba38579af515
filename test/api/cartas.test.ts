import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { openDatabase } from '../../server/db/database.ts'
import { openPost, post } from '../../server/process/mail/post.ts'
import { enviarCartas } from '../../server/relaciones/cartas.ts'
import { newRuc } from '../database/world.ts'
import { type Smtp, startSmtp } from '../support/smtp.ts'
import { query } from '../support/sql.ts'
import { call, makePeople, type People } from './support.ts'

let people: People
let smtp: Smtp
let isDown = false
const database = openDatabase(inject('stack').authenticatorUrl, { max: 2 })
beforeAll(async () => {
  people = await makePeople()
  smtp = await startSmtp(() => (isDown ? new Error('450 4.3.0 later') : undefined))
  post.open(
    openPost({
      smtpUrl: smtp.url,
      smtpFrom: 'Triboka <no@triboka.test>',
      mailboxDir: undefined,
      appUrl: 'https://app.test',
    }),
  )
})
afterAll(() => Promise.all([smtp.close(), database.close()]))

const recibidas = (correo: string) => smtp.received.filter(({ to }) => to.includes(correo))
/** Invites an address, and sends what waits: again, if the task of the stack took the letter first. */
async function invitar(): Promise<{ correo: string; id: number }> {
  for (;;) {
    const correo = `gerencia-${randomUUID()}@nueva.test`
    const { status, body } = await call(people.ana, 'POST', '/relaciones', {
      json: { ruc: newRuc(), correo },
    })
    expect(status).toBe(201)
    await enviarCartas(database)
    const [carta] = await query(
      inject('stack').databaseUrl,
      'select * from privado.cartas where relacion_id = $1',
      [body.id],
    )
    if (isDown ? carta!.enviada_en === null : recibidas(correo).length) return { correo, id: body.id }
  }
}

test('a quien se invita por RUC le llega una carta, con quién propone y sin el RUC; y no otra', async () => {
  const { correo } = await invitar()
  const [carta] = recibidas(correo)
  expect(carta!.parsed.subject).toBe(`${people.exportadora.nombre} le escribe desde Triboka`)
  expect(carta!.parsed.text).toContain('https://app.test')
  expect(carta!.raw).not.toMatch(/\d{13}/)
  await enviarCartas(database)
  expect(recibidas(correo)).toHaveLength(1)
})

test('la que no salió sale después, y la de una propuesta retirada no', async () => {
  isDown = true
  const [una, otra] = [await invitar(), await invitar()]
  isDown = false
  expect((await call(people.ana, 'POST', `/relaciones/${otra.id}/terminar`, { json: {} })).status).toBe(200)
  await enviarCartas(database)
  expect(recibidas(una.correo)).toEqual([])
  await query(
    inject('stack').databaseUrl,
    'update privado.cartas set desde = now() where relacion_id = any ($1)',
    [[una.id, otra.id]],
  )
  await enviarCartas(database)
  expect([recibidas(una.correo).length, recibidas(otra.correo).length]).toEqual([1, 0])
})
