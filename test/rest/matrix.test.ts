// Who may what, once more and through REST: the matrix of test/database, each verb as a request of each person. Every
// request is undone; verbs that need the same to be there before share a database.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { migrate } from '../../supabase/local/postgres/migrate.ts'
import { createDatabases } from '../../supabase/local/postgres/temporary.ts'
import { createRest, type Rest } from '../../supabase/local/rest/server.ts'
import { MATRIX } from '../database/matrix.ts'
import type { Db, Speaker } from '../database/support.ts'
import { TODOS, type Verb } from '../database/who.ts'
import { makeWorld, type World } from '../database/world.ts'
import { useDatabase } from '../realtime/database.ts'
import { connected } from '../support/sql.ts'
import { asRequest } from './as-request.ts'

/** No row, "permission denied", or a refusal of ours: never another failure, which would hide a hole. */
const REFUSALS: unknown[] = [0, '42501', 'PT403', 'PT404']
const WORLD = 'mundo'

const { cluster, url } = useDatabase()
let mundo: World
beforeAll(async () => {
  await migrate(url('postgres'))
  const { [WORLD]: of } = await createDatabases(cluster(), [WORLD])
  mundo = await connected(of!, (client) => makeWorld(client))
})

const accountOf = (quien: Speaker) =>
  quien === 'sin_perfil' ? mundo.sinPerfil : mundo.usuarios[quien as keyof typeof mundo.usuarios]
const claimsOf = (quien: Speaker) =>
  quien === 'anonimo' ? { role: 'anon' } : { role: 'authenticated', sub: accountOf(quien) }

interface Served {
  rest: Rest
  ownerUrl: string
}

/** A world of its own, served, where what `antes` makes for everybody is there. */
async function serve(name: string, antes: Verb['antes']): Promise<Served> {
  const { [name]: ownerUrl } = (await createDatabases(cluster(), [name], WORLD)) as { [name: string]: string }
  if (antes && !isPersonal(antes)) await prepare(ownerUrl!, antes, 'sistema')
  const rest = createRest({
    authenticatorUrl: url('authenticator').replace(/[^/]+$/, name),
    ownerUrl: ownerUrl!,
    schemas: ['public'],
    txEnd: 'rollback',
    readers: 2,
    writers: 2,
  })
  await rest.reload()
  return { rest, ownerUrl: ownerUrl! }
}

// What depends on whoever asks is made for each of them, and goes after.
const isPersonal = (antes: Verb['antes']) => antes?.length === 2
const FORGET = `set storage.allow_delete_query = 'true'; delete from public.lecturas;
  delete from storage.objects where name like '%/propio.pdf'`
const prepare = (ownerUrl: string, antes: NonNullable<Verb['antes']>, quien: Speaker) =>
  connected(ownerUrl, async (client) => {
    if (isPersonal(antes)) await client.query(FORGET)
    await antes({ mundo, client } as unknown as Db, quien)
  })

const worlds = new Map<Verb['antes'], Promise<Served>>()
/** One for all the verbs that need the same in it: what they do is undone. */
function worldOf(antes: Verb['antes']): Promise<Served> {
  const known = worlds.get(antes)
  if (known) return known
  const world = serve(`mundo_${worlds.size}`, antes)
  worlds.set(antes, world)
  return world
}
afterAll(async () => {
  for (const world of worlds.values()) await (await world).rest.close()
})

/** @returns how many rows it touched, or the code of its refusal. */
async function ask(rest: Rest, quien: Speaker, { sql, params }: Verb): Promise<number | string> {
  const { method, path, body } = asRequest(sql, params?.({ mundo } as Db))
  const headers = { prefer: 'count=exact', 'content-type': 'application/json' }
  const raw = { method, url: path, headers, body: body === null ? null : Buffer.from(body) }
  const answer = await rest.handle({ claims: claimsOf(quien) }, raw)
  if (answer.status >= 300) return JSON.parse(String(answer.body)).code
  const range = answer.headers.find(([name]) => name.toLowerCase() === 'content-range')![1]
  return Number(range.split('/')[1])
}

describe.each(Object.keys(MATRIX).filter((tabla) => tabla.startsWith('public.')))('%s', (tabla) => {
  // Those that are calls of a function are asked by the tests of that function.
  const verbos = Object.entries(MATRIX[tabla]!).filter(([, { sql }]) => !sql.startsWith('select public.'))
  test.each(verbos)('%s: solo quien puede', async (_verbo, caso) => {
    const { rest, ownerUrl } = await worldOf(caso.antes)
    const pudieron: Speaker[] = []
    for (const quien of TODOS) {
      if (caso.antes && isPersonal(caso.antes)) await prepare(ownerUrl, caso.antes, quien)
      const answer = await ask(rest, quien, caso)
      if (typeof answer === 'number' && answer > 0) pudieron.push(quien)
      else expect(REFUSALS, `${quien}: ${answer}`).toContain(answer)
    }
    expect(pudieron).toEqual(caso.pueden)
  })
})

test('de otros esquemas nada', async () => {
  const { rest } = await worldOf(undefined)
  for (const tabla of ['buckets', 'objects', 'messages', 'users'])
    for (const quien of TODOS) {
      const raw = { method: 'GET', url: `/${tabla}`, headers: {}, body: null }
      const answer = await rest.handle({ claims: claimsOf(quien) }, raw)
      expect([tabla, quien, answer.status]).toEqual([tabla, quien, 404])
    }
})
