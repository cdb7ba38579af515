import { beforeEach, describe, expect, test } from 'vitest'
import { sql } from '../support/sql.ts'
import {
  allow,
  anonymous,
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

describe('cada operación pregunta a Postgres como quien llama', () => {
  let bucket: string
  let owner: Person
  let rival: Person

  beforeEach(async () => {
    bucket = await makeBucket()
    ;[owner, rival] = [await person(), await person()]
  })

  const files = (who: Person) => who.storage.from(bucket)
  const seed = async (...names: string[]) => {
    for (const name of names) ok(await service().from(bucket).upload(name, name))
  }

  test('subir: quien puede insertar sube, aunque no pueda leer; el rival no, ni anónimo', async () => {
    await allow(owner, bucket, ['insert'])
    ok(await files(owner).upload('a.txt', 'x'))
    ok(await files(owner).upload('b.txt', new Blob(['x'])))
    expect(failure(await files(rival).upload('c.txt', 'x'))).toEqual(REFUSED)
    expect(failure(await anonymous().from(bucket).upload('c.txt', 'x'))).toEqual(REFUSED)
    expect(failure(await files(owner).info('a.txt'))).toEqual(NOT_FOUND)
    const [row] = await sql<{ owner_id: string; owner: string }>(
      'select owner, owner_id from storage.objects where bucket_id = $1',
      [bucket],
    )
    expect(row).toEqual({ owner: owner.id, owner_id: owner.id })
  })

  test('una política mira el nombre, el tipo y el tamaño de lo que llega', async () => {
    await allow(
      owner,
      bucket,
      ['insert'],
      'objects',
      `(storage.foldername(name))[1] = 'mia' and metadata ->> 'mimetype' = 'application/pdf' and (metadata ->> 'size')::int < 10`,
    )
    const pdf = { contentType: 'application/pdf' }
    ok(await files(owner).upload('mia/a.pdf', 'x', pdf))
    expect(failure(await files(owner).upload('otra/a.pdf', 'x', pdf))).toEqual(REFUSED)
    expect(failure(await files(owner).upload('mia/b.txt', 'x', { contentType: 'text/plain' }))).toEqual(
      REFUSED,
    )
    expect(failure(await files(owner).upload('mia/b.pdf', 'x'.repeat(10), pdf))).toEqual(REFUSED)
    const unknown = new Blob(['x'.repeat(10)]).stream()
    expect(failure(await files(owner).upload('mia/c.pdf', unknown, pdf))).toEqual(REFUSED)
    expect(ok(await service().from(bucket).list('mia')).map(({ name }) => name)).toEqual(['a.pdf'])
  })

  test('reemplazar pide insertar, leer y cambiar', async () => {
    await seed('a.txt')
    await allow(owner, bucket, ['insert', 'select'])
    expect(failure(await files(owner).upload('a.txt', 'no', { upsert: true }))).toEqual(REFUSED)
    expect(failure(await files(owner).update('a.txt', 'no'))).toEqual(REFUSED)
    await allow(owner, bucket, ['update'])
    ok(await files(owner).upload('a.txt', 'uno', { upsert: true }))
    ok(await files(owner).update('a.txt', 'dos'))
    expect(failure(await files(rival).update('a.txt', 'no'))).toEqual(REFUSED)
    expect(await textOf(service().from(bucket).download('a.txt'))).toBe('dos')
  })

  test('leer: bajar, info, listar y firmar; para el rival no existe', async () => {
    await seed('f/a.txt')
    await allow(owner, bucket, ['select'])
    expect(await textOf(files(owner).download('f/a.txt'))).toBe('f/a.txt')
    expect(ok(await files(owner).exists('f/a.txt'))).toBe(true)
    expect(ok(await files(owner).list('f'))).toHaveLength(1)
    expect(ok(await files(owner).listV2()).objects).toHaveLength(1)
    ok(await files(owner).createSignedUrl('f/a.txt', 60))

    const refused = await files(rival).download('f/a.txt')
    const missing = await files(rival).download('f/nada.txt')
    expect(failure(refused)).toEqual(failure(missing))
    expect((await files(rival).exists('f/a.txt')).data).toBe(false)
    expect(failure(await files(rival).info('f/a.txt'))).toEqual(NOT_FOUND)
    expect(ok(await files(rival).list('f'))).toEqual([])
    expect(ok(await files(rival).list())).toEqual([])
    expect(ok(await files(rival).listV2({ with_delimiter: true }))).toMatchObject({
      folders: [],
      objects: [],
    })
    expect(failure(await files(rival).createSignedUrl('f/a.txt', 60))).toEqual(NOT_FOUND)
    expect(ok(await files(rival).createSignedUrls(['f/a.txt'], 60))[0]).toMatchObject({
      signedURL: null,
      error: expect.any(String),
    })
  })

  test('las listas muestran solo lo que cada uno ve, sin huecos en las páginas', async () => {
    await seed('a/1', 'b/1', 'c', 'd', 'e')
    await allow(owner, bucket, ['select'], 'objects', `name like 'b/%' or name in ('c', 'e')`)
    expect(ok(await files(owner).list('', { limit: 2 })).map(({ name }) => name)).toEqual(['b', 'c'])
    expect(ok(await files(owner).list('', { limit: 2, offset: 2 })).map(({ name }) => name)).toEqual(['e'])
    const page = ok(await files(owner).listV2({ with_delimiter: true, limit: 2 }))
    expect([page.folders.map(({ name }) => name), page.objects.map(({ name }) => name)]).toEqual([
      ['b/'],
      ['c'],
    ])
    expect(
      ok(await files(owner).listV2({ with_delimiter: true, cursor: page.nextCursor })).objects.map(
        ({ name }) => name,
      ),
    ).toEqual(['e'])
  })

  test('borrar: lo que no se puede borrar se calla y queda', async () => {
    await seed('a.txt', 'b.txt')
    await allow(owner, bucket, ['select', 'delete'], 'objects', `name = 'a.txt'`)
    await allow(rival, bucket, ['select'])
    expect(ok(await files(rival).remove(['a.txt', 'b.txt']))).toEqual([])
    expect(ok(await files(owner).remove(['a.txt', 'b.txt'])).map(({ name }) => name)).toEqual(['a.txt'])
    expect(await textOf(service().from(bucket).download('b.txt'))).toBe('b.txt')
  })

  test('mover pide leer y cambiar, y que el destino esté permitido', async () => {
    await seed('a.txt', 'b.txt')
    await allow(owner, bucket, ['select', 'update'], 'objects', `name <> 'vedado.txt'`)
    await allow(rival, bucket, ['select'])
    expect(failure(await files(rival).move('a.txt', 'z.txt'))).toEqual(NOT_FOUND)
    expect(failure(await files(owner).move('a.txt', 'vedado.txt'))).toEqual(REFUSED)
    ok(await files(owner).move('a.txt', 'c.txt'))
    const other = await makeBucket()
    expect(failure(await files(owner).move('c.txt', 'c.txt', { destinationBucket: other }))).toEqual(REFUSED)
    expect(await textOf(files(owner).download('c.txt'))).toBe('a.txt')
  })

  test('copiar pide leer el origen e insertar en el destino', async () => {
    await seed('a.txt')
    await allow(owner, bucket, ['select', 'insert'])
    await allow(rival, bucket, ['insert'])
    ok(await files(owner).copy('a.txt', 'b.txt'))
    expect(failure(await files(rival).copy('a.txt', 'c.txt'))).toEqual(NOT_FOUND)
    const other = await makeBucket()
    expect(failure(await files(owner).copy('a.txt', 'c.txt', { destinationBucket: other }))).toEqual(REFUSED)
    const [row] = await sql<{ owner_id: string }>(
      `select owner_id from storage.objects where bucket_id = $1 and name = 'b.txt'`,
      [bucket],
    )
    expect(row?.owner_id).toBe(owner.id)
  })

  test('firmar una subida pide insertar', async () => {
    await allow(owner, bucket, ['insert'])
    ok(await files(owner).createSignedUploadUrl('a.txt'))
    expect(failure(await files(rival).createSignedUploadUrl('a.txt'))).toEqual(REFUSED)
    expect(failure(await files(owner).createSignedUploadUrl('a.txt', { upsert: true }))).toEqual(REFUSED)
  })

  test('una política puede distinguir la operación', async () => {
    await seed('a.txt')
    await allow(owner, bucket, ['select'], 'objects', `storage.operation() = 'storage.object.list'`)
    expect(ok(await files(owner).list())).toHaveLength(1)
    expect(failure(await files(owner).download('a.txt'))).toEqual(NOT_FOUND)
  })

  test('una regla del esquema responde con su clave, su estado y su frase', async () => {
    await sql(`create function public.prueba_regla() returns trigger language plpgsql as $$
      begin raise exception 'regla_de_prueba' using errcode = 'PT409', detail = 'Así no se puede.'; end $$`)
    await sql(
      `create trigger prueba_regla before insert on storage.objects for each row when (new.bucket_id = '${bucket}') execute function public.prueba_regla()`,
    )
    try {
      expect(failure(await service().from(bucket).upload('a.txt', 'x'))).toEqual({
        statusCode: '409',
        code: 'regla_de_prueba',
        message: 'Así no se puede.',
      })
    } finally {
      await sql('drop function public.prueba_regla() cascade')
    }
  })
})
