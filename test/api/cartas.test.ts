import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
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
/** What happens while the next letter is on its way. */
let meanwhile: (() => Promise<unknown>) | undefined
const database = openDatabase(inject('stack').authenticatorUrl, { max: 2 })
beforeAll(async () => {
  people = await makePeople()
  smtp = await startSmtp(async () => {
    const happens = meanwhile
    meanwhile = undefined
    await happens?.()
    return isDown ? new Error('450 4.3.0 later') : undefined
  })
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
/** The task of the stack takes what waits as each minute begins: not while it is looked at. */
async function awayFromTheMinute(): Promise<void> {
  const past = Date.now() % 60_000
  if (past > 45_000) await sleep(62_000 - past)
  else if (past < 2_000) await sleep(2_000)
}

/** Invites an address, and sends what waits: again, if the task of the stack took the letter first. */
async function invitar(): Promise<{ correo: string; ruc: string; id: number }> {
  for (;;) {
    const correo = `gerencia-${randomUUID()}@nueva.test`
    const ruc = newRuc()
    const { status, body } = await call(people.ana, 'POST', '/relaciones', { json: { ruc, correo } })
    expect(status).toBe(201)
    await enviarCartas(database)
    const [carta] = await query(
      inject('stack').databaseUrl,
      'select * from privado.cartas where relacion_id = $1',
      [body.id],
    )
    if (isDown ? carta!.enviada_en === null : recibidas(correo).length) return { correo, ruc, id: body.id }
  }
}

test('a quien se invita por RUC le llega una carta, con quién propone y sin el RUC; y no otra', async () => {
  const { correo, ruc } = await invitar()
  const [carta] = recibidas(correo)
  expect(carta!.parsed.subject).toBe(`${people.exportadora.nombre} le escribe desde Triboka`)
  expect(carta!.parsed.text).toContain('https://app.test')
  // Not in what is drawn at random, as the borders of its parts are: there any digits may stand together.
  const { subject, text, html } = carta!.parsed
  expect([subject, text, html].join('\n')).not.toMatch(/\d{13}/)
  expect(carta!.raw).not.toContain(ruc)
  await enviarCartas(database)
  expect(recibidas(correo)).toHaveLength(1)
})

test('la que no salió sale después, y la de una propuesta retirada no', async () => {
  await awayFromTheMinute()
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

test('mientras una sale, otro proceso toma la que sigue', async () => {
  await awayFromTheMinute()
  const correos = [1, 2].map(() => `gerencia-${randomUUID()}@nueva.test`)
  for (const correo of correos)
    expect((await call(people.ana, 'POST', '/relaciones', { json: { ruc: newRuc(), correo } })).status).toBe(
      201,
    )
  const other = Promise.withResolvers<number>()
  meanwhile = () => enviarCartas(database).then(other.resolve, other.reject)
  expect(await enviarCartas(database)).toBe(1)
  expect(await other.promise).toBe(1)
  expect(correos.map((correo) => recibidas(correo).length)).toEqual([1, 1])
})
