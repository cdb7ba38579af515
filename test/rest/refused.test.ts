// What is refused before Postgres waits for no connection: it waits here, so that others are served between.
import { Agent, createServer, get } from 'node:http'
import { createApp, eventHandler, toNodeListener, useBase } from 'h3'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createClientAddress } from '../../server/http/client-address.ts'
import { restHandler } from '../../supabase/local/gateway/rest.ts'
import { createRest, type Rest } from '../../supabase/local/rest/server.ts'
import { useDatabase } from '../realtime/database.ts'
import { listen } from '../support/listen.ts'

const LANES = 20
const DEEP = `/rest/v1/t?select=${'a('.repeat(60)}id${')'.repeat(60)}`

const database = useDatabase()
const agent = new Agent({ keepAlive: true, maxSockets: LANES })
const app = createApp()
const server = createServer(toNodeListener(app))
let rest: Rest
let turn = 0
/** In which turn of the event loop each answer left. */
const left: number[] = []

beforeAll(async () => {
  rest = createRest({
    authenticatorUrl: database.url('authenticator'),
    ownerUrl: database.url('postgres'),
    schemas: ['public'],
  })
  await rest.reload()
  const claims = { role: 'authenticated', sub: '00000000-0000-4000-8000-00000000000a' }
  const handler = restHandler(rest, { bytes: 1000, maxRows: 10 }, createClientAddress([]))
  app.use(
    eventHandler((event) => {
      event.context.identity = { claims, key: null }
      event.node.res.once('prefinish', () => left.push(turn))
    }),
  )
  app.use('/rest/v1', useBase('/rest/v1', handler))
})
afterAll(async () => {
  agent.destroy()
  server.close()
  await rest.close()
})

test('lo que se le niega a un usuario sale de a poco en cada vuelta, venga por cuantas conexiones venga', async () => {
  const port = await listen(server)
  const ask = () =>
    new Promise<number | undefined>((resolve, reject) => {
      get({ port, path: DEEP, agent }, (answer) => {
        answer.resume().on('end', () => resolve(answer.statusCode))
      }).on('error', reject)
    })
  let isOver = false
  const spin = () => {
    turn++
    if (!isOver) setImmediate(spin)
  }
  spin()
  const statuses = await Promise.all(Array.from({ length: 20 * LANES }, ask))
  isOver = true
  expect(new Set(statuses)).toEqual(new Set([400]))
  const inOne = Map.groupBy(left, (one) => one)
  // Two, and two more where this count turned between.
  expect(Math.max(...[...inOne.values()].map((all) => all.length))).toBeLessThanOrEqual(4)
})
