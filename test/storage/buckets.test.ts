import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { sql } from '../support/sql.ts'
import { allow, failure, makeBucket, ok, person, service, textOf } from './support.ts'

const NO_BUCKET = { statusCode: '404', message: 'Bucket not found', code: 'NoSuchBucket' }

describe('buckets con la llave secreta', () => {
  test('se crea, se lee, se cambia, se vacía y se borra', async () => {
    const id = await makeBucket({ fileSizeLimit: '1MB', allowedMimeTypes: ['image/*', 'application/pdf'] })
    expect(ok(await service().getBucket(id))).toMatchObject({
      id,
      name: id,
      public: false,
      file_size_limit: 1_000_000,
      allowed_mime_types: ['image/*', 'application/pdf'],
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    })
    ok(await service().updateBucket(id, { public: true, fileSizeLimit: null, allowedMimeTypes: null }))
    expect(ok(await service().getBucket(id))).toMatchObject({
      public: true,
      file_size_limit: null,
      allowed_mime_types: null,
    })
    ok(await service().from(id).upload('a/b.txt', 'x'))
    expect(failure(await service().deleteBucket(id))).toMatchObject({
      statusCode: '409',
      code: 'ResourceNotEmpty',
    })
    ok(await service().emptyBucket(id))
    expect(ok(await service().deleteBucket(id))).toEqual({ message: 'Successfully deleted' })
    expect(failure(await service().getBucket(id))).toEqual(NO_BUCKET)
  })

  test('se listan con búsqueda, orden, límite y desplazamiento', async () => {
    const mark = randomUUID()
    for (const letter of ['b', 'a', 'c']) {
      const id = `${letter}-${mark}`
      ok(await service().createBucket(id, { public: false }))
    }
    const names = async (options: object) =>
      ok(await service().listBuckets({ search: mark.toUpperCase(), ...options })).map((b) => b.name[0])
    expect(await names({ sortColumn: 'name' })).toEqual(['a', 'b', 'c'])
    expect(await names({ sortColumn: 'name', sortOrder: 'desc', limit: 2 })).toEqual(['c', 'b'])
    expect(await names({ sortColumn: 'created_at', limit: 1, offset: 1 })).toEqual(['a'])
    for (const letter of ['a', 'b', 'c']) ok(await service().deleteBucket(`${letter}-${mark}`))
  })

  test('no se crea dos veces, ni con un nombre, un tipo o un límite que no valen', async () => {
    const id = await makeBucket()
    expect(failure(await service().createBucket(id))).toMatchObject({
      statusCode: '409',
      code: 'BucketAlreadyExists',
    })
    for (const name of ['a/b', '..', '.', ' a', 'ñ', 'x'.repeat(101), '.store~', 'a\\b']) {
      expect(failure(await service().createBucket(name)), name).toMatchObject({ code: 'InvalidBucketName' })
    }
    const create = (options: object) => service().createBucket(randomUUID(), { public: false, ...options })
    expect(failure(await create({ allowedMimeTypes: ['pdf'] }))).toMatchObject({ statusCode: '415' })
    expect(failure(await create({ fileSizeLimit: '10TB' }))).toMatchObject({ code: 'InvalidRequest' })
    expect(failure(await create({ fileSizeLimit: '900GB' }))).toMatchObject({ statusCode: '413' })
    expect(failure(await create({ versioningStatus: 'ENABLED' }))).toMatchObject({
      code: 'FeatureNotEnabled',
    })
  })

  test('un bucket hecho por una migración sirve igual', async () => {
    const id = `sql-${randomUUID()}`
    await sql('insert into storage.buckets (id, name) values ($1, $1)', [id])
    ok(await service().from(id).upload('a.txt', 'hola'))
    expect(await textOf(service().from(id).download('a.txt'))).toBe('hola')
    ok(await service().emptyBucket(id))
    ok(await service().deleteBucket(id))
  })
})

describe('buckets con una sesión', () => {
  test('sin política nadie crea, ve, cambia, vacía ni borra un bucket', async () => {
    const id = await makeBucket({ public: true })
    ok(await service().from(id).upload('a.txt', 'x'))
    const { storage } = await person()
    expect(failure(await storage.createBucket(randomUUID()))).toMatchObject({ statusCode: '403' })
    expect(ok(await storage.listBuckets({ search: id }))).toEqual([])
    expect(failure(await storage.getBucket(id))).toEqual(NO_BUCKET)
    expect(failure(await storage.updateBucket(id, { public: false }))).toEqual(NO_BUCKET)
    expect(failure(await storage.emptyBucket(id))).toEqual(NO_BUCKET)
    expect(failure(await storage.deleteBucket(id))).toEqual(NO_BUCKET)
    expect(ok(await service().getBucket(id)).public).toBe(true)
    expect(await textOf(service().from(id).download('a.txt'))).toBe('x')
  })

  test('quien ve el bucket lo vacía solo de lo que puede borrar', async () => {
    const id = await makeBucket()
    const who = await person()
    await allow(who, id, ['select'], 'buckets')
    await allow(who, id, ['select', 'delete'], 'objects', `name like 'mio/%'`)
    ok(await service().from(id).upload('mio/a.txt', 'x'))
    ok(await service().from(id).upload('ajeno/a.txt', 'x'))
    expect(failure(await who.storage.emptyBucket(id))).toMatchObject({ statusCode: '409' })
    expect(ok(await service().from(id).list()).map(({ name }) => name)).toEqual(['ajeno'])
    expect(failure(await who.storage.deleteBucket(id))).toMatchObject({ code: 'ResourceNotEmpty' })
  })

  test('con política lo crea, y es su dueño', async () => {
    const who = await person()
    const id = `propio-${randomUUID()}`
    await allow(who, id, ['insert', 'select', 'update', 'delete'], 'buckets')
    ok(await who.storage.createBucket(id))
    expect(ok(await who.storage.getBucket(id)).owner).toBe(who.id)
    ok(await who.storage.updateBucket(id, { public: true }))
    ok(await who.storage.deleteBucket(id))
  })

  test('las filas no se borran a mano', async () => {
    const id = await makeBucket()
    ok(await service().from(id).upload('a.txt', 'x'))
    for (const table of ['objects', 'buckets']) {
      await expect(sql(`delete from storage.${table}`)).rejects.toMatchObject({
        code: '42501',
        message: 'Direct deletion from storage tables is not allowed. Use the Storage API instead.',
      })
    }
  })
})
