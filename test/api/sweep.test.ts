import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { openDatabase } from '../../server/db/database.ts'
import type { Database } from '../../server/db/types.ts'
import { sweepUploads } from '../../server/documentos/sweep-uploads.ts'
import { client } from '../support/client.ts'
import { sql } from '../support/sql.ts'

const stack = inject('stack')
const { storage } = client(stack.supabaseUrl, stack.secretKey)
const carpeta = `prueba-${randomUUID()}`
let database: Database

beforeAll(() => {
  database = openDatabase(stack.authenticatorUrl, { max: 1 })
})
afterAll(() => database.close())

async function dejar(name: string, age: string): Promise<string> {
  const { error } = await storage.from('contratos').upload(name, Buffer.from('%PDF-1.7 a medias'), {
    contentType: 'application/pdf',
  })
  expect(error).toBeNull()
  await sql(`update storage.objects set created_at = now() - $2::interval where name = $1`, [name, age])
  return name
}
const nombres = async () =>
  (await storage.from('contratos').list(carpeta, { limit: 1000 })).data!.map(
    ({ name }) => `${carpeta}/${name}`,
  )

test('se quita lo que una subida dejó a medias, y nada más', async () => {
  const vieja = await dejar(`${carpeta}/subida_${randomUUID()}.pdf`, '2 hours')
  const enCurso = await dejar(`${carpeta}/subida_${randomUUID()}.pdf`, '10 minutes')
  const ajena = await dejar(`${carpeta}/subida_de_otra_cosa_${randomUUID()}.pdf`, '2 hours')
  expect(await sweepUploads(database, storage)).toBeGreaterThanOrEqual(1)
  const quedan = await nombres()
  expect(quedan).not.toContain(vieja)
  expect(quedan).toEqual(expect.arrayContaining([enCurso, ajena]))
  await storage.from('contratos').remove([enCurso, ajena])
})
