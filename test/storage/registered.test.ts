// A registered paper stays what it is: each way in which somebody could put other bytes in its place.
import { randomBytes } from 'node:crypto'
import { beforeEach, describe, expect, inject, onTestFinished, test } from 'vitest'
import { connect } from '../database/support.ts'
import { makeWorld, type World } from '../database/world.ts'
import { sha256 } from '../support/sha256.ts'
import { connected } from '../support/sql.ts'
import { anonymous, failure, ok, type Person, person, service, storageUrl } from './support.ts'
import { CHUNK, shaOf, upload } from './tus.ts'

const PDF = { contentType: 'application/pdf' }
const papel = () => Buffer.concat([Buffer.from('%PDF-1.7\n'), randomBytes(2000)])
const REGISTRADO = { statusCode: '409', code: 'objeto_registrado' }

let mundo: World
let celia: Person
let rosa: Person
let nombre: string
let bytes: Buffer

/** Uploads and registers, as an app does with the SDK. */
async function registrar(quien: Person, objeto: string, contenido: Buffer) {
  ok(await quien.storage.from('contratos').upload(objeto, contenido, PDF))
  const { error } = await quien.client
    .from('documentos_contrato')
    .insert({ contrato_id: mundo.contrato.id, tipo: 'otro', url_archivo: `contratos/${objeto}` })
  if (error) throw error
}
function asSuperuser(...statements: string[]) {
  const url = Object.assign(new URL(inject('stack').databaseUrl), { username: 'supabase_admin' })
  return connected(url.href, async (client) => {
    for (const statement of statements) await client.query(statement)
  })
}
const sigue = async () =>
  expect(await shaOf(service().from('contratos').download(nombre))).toBe(sha256(bytes))

beforeEach(async () => {
  const client = await connect()
  onTestFinished(() => client.end())
  mundo = await makeWorld(client)
  celia = await person(undefined, {}, mundo.usuarios.celia_centro)
  rosa = await person(undefined, {}, mundo.usuarios.rosa_rival)
  nombre = `${mundo.contrato.codigo}/otro_001.pdf`
  bytes = papel()
})

type Way = (storage: Person['storage'], otro: string) => Promise<{ error: unknown }>
const WAYS: [string, Way][] = [
  ['se sube otro encima', (s) => s.from('contratos').upload(nombre, papel(), { ...PDF, upsert: true })],
  ['se actualiza', (s) => s.from('contratos').update(nombre, papel(), PDF)],
  ['se mueve', (s) => s.from('contratos').move(nombre, `${mundo.contrato.codigo}/movido.pdf`)],
  ['se mueve a otro bucket', (s) => s.from('contratos').move(nombre, nombre, { destinationBucket: 'lotes' })],
  ['se mueve otro encima', (s, otro) => s.from('contratos').move(otro, nombre)],
  ['se copia otro encima', (s, otro) => s.from('contratos').copy(otro, nombre)],
]

/** A copy that asks to replace what is there, which the SDK has no word for. */
async function copiarEncima(token: string, otro: string) {
  const answer = await fetch(storageUrl('/object/copy'), {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      apikey: token,
      'content-type': 'application/json',
      'x-upsert': 'true',
    },
    body: JSON.stringify({ bucketId: 'contratos', sourceKey: otro, destinationKey: nombre }),
  })
  return { ok: answer.ok, text: await answer.text() }
}

describe('el archivo de un documento registrado no cambia cuando', () => {
  test.each(WAYS)('%s: ni su dueño, ni la otra parte, ni el rival, ni la clave secreta', async (_way, go) => {
    await registrar(celia, nombre, bytes)
    const ana = await person(undefined, {}, mundo.usuarios.ana_agroarriba)
    for (const quien of [celia, ana, rosa]) {
      const otro = `${mundo.contrato.codigo}/de_${quien.id}.pdf`
      if (quien !== rosa) ok(await quien.storage.from('contratos').upload(otro, papel(), PDF))
      expect((await go(quien.storage, otro)).error).not.toBeNull()
      await sigue()
    }
    const otro = `${mundo.contrato.codigo}/del_servicio.pdf`
    ok(await service().from('contratos').upload(otro, papel(), PDF))
    expect(failure(await go(service(), otro)).statusCode).toBe('409')
    await sigue()
  })

  test('se copia otro encima pidiendo reemplazarlo', async () => {
    await registrar(celia, nombre, bytes)
    const otro = `${mundo.contrato.codigo}/otro_002.pdf`
    ok(await celia.storage.from('contratos').upload(otro, papel(), PDF))
    expect((await copiarEncima(celia.token, otro)).ok).toBe(false)
    await sigue()
  })

  test('se usa un enlace de subida pedido antes de registrarlo, de quien sea', async () => {
    ok(await celia.storage.from('contratos').upload(nombre, bytes, PDF))
    const { token } = ok(
      await celia.storage.from('contratos').createSignedUploadUrl(nombre, { upsert: true }),
    )
    // The secret key's, of before there was anything there.
    const suyo = `${mundo.contrato.codigo}/otro_002.pdf`
    const enlace = ok(await service().from('contratos').createSignedUploadUrl(suyo, { upsert: true }))
    await registrar(celia, suyo, bytes)
    const { error } = await celia.client
      .from('documentos_contrato')
      .insert({ contrato_id: mundo.contrato.id, tipo: 'otro', url_archivo: `contratos/${nombre}` })
    expect(error).toBeNull()
    for (const [objeto, testigo] of [
      [nombre, token],
      [suyo, enlace.token],
    ] as const) {
      const puesto = await anonymous().from('contratos').uploadToSignedUrl(objeto, testigo, papel(), PDF)
      expect(failure(puesto).statusCode).toMatch(/^40[39]$/)
      expect(await shaOf(service().from('contratos').download(objeto))).toBe(sha256(bytes))
    }
    for (const storage of [celia.storage, service()])
      expect(
        (await storage.from('contratos').createSignedUploadUrl(nombre, { upsert: true })).error,
      ).not.toBeNull()
  })

  test('termina una subida por partes que empezó antes de registrarlo, o empieza otra', async () => {
    const body = Buffer.concat([bytes, randomBytes(CHUNK * 2)])
    ok(await celia.storage.from('contratos').upload(nombre, bytes, PDF))
    const headers = { 'x-upsert': 'true' }
    const uploadUrl = await upload(celia, 'contratos', nombre, body, { headers, stopAt: CHUNK })
    const { error } = await celia.client
      .from('documentos_contrato')
      .insert({ contrato_id: mundo.contrato.id, tipo: 'otro', url_archivo: `contratos/${nombre}` })
    expect(error).toBeNull()
    await expect(upload(celia, 'contratos', nombre, body, { uploadUrl, headers })).rejects.toThrow()
    await sigue()
    await expect(upload(celia, 'contratos', nombre, body, { headers })).rejects.toThrow()
    await sigue()
  })
})

describe('el archivo de un documento registrado no se borra', () => {
  test('ni lo borra una persona, ni la clave secreta, solo o entre otros', async () => {
    await registrar(celia, nombre, bytes)
    const libre = `${mundo.contrato.codigo}/libre.pdf`
    ok(await celia.storage.from('contratos').upload(libre, papel(), PDF))
    for (const quien of [celia, rosa])
      expect(ok(await quien.storage.from('contratos').remove([nombre]))).toEqual([])
    expect(failure(await service().from('contratos').remove([nombre, libre]))).toMatchObject(REGISTRADO)
    await sigue()
    // What is no document is still its owner's to remove.
    expect(ok(await celia.storage.from('contratos').remove([libre]))).toHaveLength(1)
  })

  test('si se pierde, nada ocupa su lugar: ni subiéndolo ni moviendo otro', async () => {
    await registrar(celia, nombre, bytes)
    // As a superuser loses it who asks for no trigger.
    await asSuperuser(
      'set session_replication_role = replica',
      `delete from storage.objects where name = '${nombre}'`,
    )
    const otro = `${mundo.contrato.codigo}/otro_002.pdf`
    ok(await celia.storage.from('contratos').upload(otro, papel(), PDF))
    for (const storage of [celia.storage, service()]) {
      expect(failure(await storage.from('contratos').upload(nombre, papel(), PDF))).toMatchObject(REGISTRADO)
      expect(failure(await storage.from('contratos').move(otro, nombre))).toMatchObject(REGISTRADO)
      expect(failure(await storage.from('contratos').copy(otro, nombre))).toMatchObject(REGISTRADO)
    }
    // A stranger is told what it is told of any name there: nothing.
    for (const cual of [nombre, `${mundo.contrato.codigo}/nunca.pdf`])
      expect(failure(await rosa.storage.from('contratos').upload(cual, papel(), PDF))).toMatchObject({
        statusCode: '403',
        code: 'AccessDenied',
      })
  })
})
