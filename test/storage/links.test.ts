import { beforeEach, describe, expect, inject, onTestFinished, test } from 'vitest'
import { connect } from '../database/support.ts'
import { makeWorld, type World } from '../database/world.ts'
import { sql } from '../support/sql.ts'
import {
  allow,
  anonymous,
  DUPLICATE,
  failure,
  makeBucket,
  NOT_FOUND,
  ok,
  type Person,
  person,
  REFUSED,
  service,
  textOf,
} from './support.ts'
import { bearer, CHUNK, head, upload } from './tus.ts'

const DAY = 24 * 3600
const status = async (url: string) => (await fetch(url)).status

describe('un enlace dura lo que se admite', () => {
  test('el de un usuario, un día; el de la clave secreta, más', async () => {
    const bucket = await makeBucket()
    const who = await person()
    await allow(who, bucket, ['select'])
    ok(await service().from(bucket).upload('a.txt', 'hola'))
    const files = who.storage.from(bucket)
    expect(await status(ok(await files.createSignedUrl('a.txt', DAY)).signedUrl)).toBe(200)
    for (const seconds of [DAY + 1, 10 * 365 * DAY]) {
      expect(failure(await files.createSignedUrl('a.txt', seconds))).toMatchObject({
        statusCode: '400',
        message: `expiresIn is not valid: a link lasts ${DAY} seconds at most`,
      })
      expect(failure(await files.createSignedUrls(['a.txt'], seconds))).toMatchObject({ statusCode: '400' })
    }
    ok(
      await service()
        .from(bucket)
        .createSignedUrl('a.txt', 365 * DAY),
    )
  })

  test('no lleva lo que la sesión dice de la persona', async () => {
    const bucket = await makeBucket()
    const who = await person(undefined, { email: 'ana@prueba.test', user_metadata: { cedula: '0912345678' } })
    await allow(who, bucket, ['insert'])
    const { token } = ok(await who.storage.from(bucket).createSignedUploadUrl('a.txt'))
    const claims = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString())
    expect(claims.by).toEqual({ role: 'authenticated', sub: who.id, aud: 'authenticated' })
  })
})

describe('un enlace puede lo que puede hoy quien lo hizo', () => {
  let bucket: string
  let who: Person

  beforeEach(async () => {
    bucket = await makeBucket()
    who = await person()
  })

  test('para subir: sin el permiso ya no sube, ni de una vez ni por partes', async () => {
    await allow(
      who,
      bucket,
      ['insert'],
      'objects',
      'not (select public from storage.buckets where id = bucket_id)',
    )
    await allow(who, bucket, ['select'], 'buckets')
    const { token } = ok(await who.storage.from(bucket).createSignedUploadUrl('a.txt'))
    ok(await service().updateBucket(bucket, { public: true }))
    const put = () =>
      anonymous()
        .from(bucket)
        .uploadToSignedUrl('a.txt', token, new Blob(['x']))
    expect(failure(await put())).toEqual(REFUSED)
    ok(await service().updateBucket(bucket, { public: false }))
    ok(await put())
  })

  test('para bajar: lo que ya no ve no se baja', async () => {
    await allow(who, bucket, ['select'], 'objects', `name = 'a.txt'`)
    ok(await service().from(bucket).upload('a.txt', 'hola'))
    const { signedUrl } = ok(await who.storage.from(bucket).createSignedUrl('a.txt', 60))
    expect(await status(signedUrl)).toBe(200)
    ok(await service().from(bucket).move('a.txt', 'b.txt'))
    ok(await service().from(bucket).upload('a.txt', 'otro'))
    expect(await status(signedUrl)).toBe(200)
    await sql(`create policy "cerrado_${bucket}" on storage.objects as restrictive for select to authenticated
      using (bucket_id <> '${bucket}')`)
    onTestFinished(async () => void (await sql(`drop policy "cerrado_${bucket}" on storage.objects`)))
    expect(await status(signedUrl)).toBe(400)
  })

  test('ninguno reemplaza lo que otro puso después, aunque quien lo hizo pudiera', async () => {
    const rival = await person()
    for (const someone of [who, rival]) await allow(someone, bucket, ['insert', 'select', 'update'])
    const files = who.storage.from(bucket)
    const { token } = ok(await files.createSignedUploadUrl('a.txt', { upsert: true }))
    const put = (body: string) =>
      anonymous()
        .from(bucket)
        .uploadToSignedUrl('a.txt', token, new Blob([body]))
    ok(await put('uno'))
    ok(await put('dos'))
    expect(await textOf(files.download('a.txt'))).toBe('dos')
    ok(await rival.storage.from(bucket).update('a.txt', new Blob(['del otro'])))
    expect(failure(await put('tres'))).toEqual(DUPLICATE)
    expect(await textOf(files.download('a.txt'))).toBe('del otro')
    expect(failure(await files.createSignedUploadUrl('a.txt', { upsert: true }))).toEqual(DUPLICATE)
    ok(await files.update('a.txt', new Blob(['mío'])))
  })

  test('el de la clave secreta tampoco pisa lo que subió un usuario', async () => {
    await allow(who, bucket, ['insert'])
    const { token } = ok(await service().from(bucket).createSignedUploadUrl('a.txt', { upsert: true }))
    ok(await who.storage.from(bucket).upload('a.txt', new Blob(['de un usuario'])))
    expect(
      failure(
        await anonymous()
          .from(bucket)
          .uploadToSignedUrl('a.txt', token, new Blob(['x'])),
      ),
    ).toEqual(DUPLICATE)
  })
})

describe('en un contrato', () => {
  let mundo: World
  let celia: Person
  const carpeta = () => celia.storage.from('contratos')

  beforeEach(async () => {
    const client = await connect()
    onTestFinished(() => client.end())
    mundo = await makeWorld(client)
    celia = await person(undefined, {}, mundo.usuarios.celia_centro)
  })

  const nombre = () => `${mundo.contrato.codigo}/enlace.pdf`
  const papel = new Blob(['%PDF-1.7'], { type: 'application/pdf' })
  const subir = (token: string) => anonymous().from('contratos').uploadToSignedUrl(nombre(), token, papel)

  const finales: [string, (mundo: World) => [string, unknown[]]][] = [
    [
      'la persona se apaga',
      (m) => [`update public.usuarios set activo = false where id = $1`, [m.usuarios.celia_centro]],
    ],
    [
      'se apaga su empresa',
      (m) => [`update public.empresas set activo = false where id = $1`, [m.empresas.centro]],
    ],
    [
      'se elimina el contrato',
      (m) => [`update public.contratos set eliminado_en = now() where id = $1`, [m.contrato.id]],
    ],
    [
      'cierra todas sus sesiones',
      (m) => [
        `update public.usuarios set sesiones_cerradas_en = now() where id = $1`,
        [m.usuarios.celia_centro],
      ],
    ],
  ]

  test.each(finales)('los enlaces terminan cuando %s', async (_caso, fin) => {
    ok(await carpeta().upload(`${mundo.contrato.codigo}/visto.pdf`, papel))
    const { signedUrl } = ok(await carpeta().createSignedUrl(`${mundo.contrato.codigo}/visto.pdf`, 600))
    const { token } = ok(await carpeta().createSignedUploadUrl(nombre()))
    expect(await status(signedUrl)).toBe(200)
    await sql(...fin(mundo))
    expect(failure(await subir(token))).toEqual(REFUSED)
    expect(await status(signedUrl)).toBe(400)
    expect(failure(await service().from('contratos').info(nombre()))).toEqual(NOT_FOUND)
  })

  test('los de un proveedor terminan cuando deja el contrato, y los de fotos pequeñas también', async () => {
    const pedro = await person(undefined, {}, mundo.usuarios.pedro_finca)
    const suyo = pedro.storage.from('contratos')
    const visto = `${mundo.contrato.codigo}/visto.pdf`
    ok(await suyo.upload(visto, papel))
    const { signedUrl } = ok(await suyo.createSignedUrl(visto, 600))
    const pequena = ok(await suyo.createSignedUrl(visto, 600, { transform: { width: 100 } })).signedUrl
    const { token } = ok(await suyo.createSignedUploadUrl(nombre()))
    expect(await status(signedUrl)).toBe(200)
    await sql('delete from public.contratos_participantes where contrato_id = $1 and empresa_id = $2', [
      mundo.contrato.id,
      mundo.empresas.finca,
    ])
    for (const url of [signedUrl, pequena]) {
      const answer = await fetch(url)
      expect(answer.status).toBe(400)
      expect(await answer.json()).toMatchObject({ code: 'NoSuchKey' })
      expect((await fetch(url, { method: 'HEAD' })).status).toBe(400)
    }
    expect(failure(await subir(token))).toEqual(REFUSED)
  })

  test('una subida por partes termina con el permiso: ni un byte más, y lo que llegó se va', async () => {
    const body = Buffer.alloc(CHUNK * 4, '%PDF-1.7')
    for (const headers of [
      {},
      { 'x-signature': ok(await carpeta().createSignedUploadUrl(nombre())).token },
    ] as Record<string, string>[]) {
      const isSigned = 'x-signature' in headers
      const options = { headers, ...(isSigned && { endpoint: '/sign' }) }
      const who = isSigned ? null : celia
      const uploadUrl = await upload(who, 'contratos', nombre(), body, { ...options, stopAt: CHUNK })
      await sql('update public.usuarios set activo = false where id = $1', [celia.id])
      const patch = await fetch(uploadUrl, {
        method: 'PATCH',
        headers: {
          'tus-resumable': '1.0.0',
          'upload-offset': String(CHUNK),
          'content-type': 'application/offset+octet-stream',
          apikey: inject('stack').publishableKey,
          ...(who && bearer(who)),
          ...headers,
        },
        body: new Uint8Array(100),
      })
      expect(patch.status).toBe(403)
      await sql('update public.usuarios set activo = true where id = $1', [celia.id])
      const asked = await head(uploadUrl, { ...(who && bearer(who)), ...headers })
      expect(asked.status).toBe(404)
    }
    expect(failure(await service().from('contratos').info(nombre()))).toEqual(NOT_FOUND)
  })

  test('los de una sesión terminan con ella', async () => {
    const session = crypto.randomUUID()
    await sql('insert into auth.sessions (id, user_id) values ($1, $2)', [
      session,
      mundo.usuarios.celia_centro,
    ])
    celia = await person(undefined, { session_id: session }, mundo.usuarios.celia_centro)
    const { token } = ok(await carpeta().createSignedUploadUrl(nombre()))
    await sql('delete from auth.sessions where id = $1', [session])
    expect(failure(await subir(token))).toMatchObject({
      code: 'InvalidJWT',
      message: 'The session that made the link was closed',
    })
  })
})
