import { randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer, text } from 'node:stream/consumers'
import fc from 'fast-check'
import { createStorage } from 'unstorage'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { fileSystemDriver } from '../../supabase/local/storage/driver/file-system.ts'
import { prepareFolders, type StoreFolders } from '../../supabase/local/storage/driver/paths.ts'
import type { ObjectDriver } from '../../supabase/local/storage/driver/types.ts'

let dir: string
let root: string
let folders: StoreFolders
let driver: ObjectDriver

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'triboka-driver-'))
  root = join(dir, 'storage')
  folders = await prepareFolders(root, 'db')
  driver = fileSystemDriver({ folders })
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
})

const put = async (content: string, key: string = randomUUID()) => {
  await (await driver.stage(Readable.from([Buffer.from(content)]))).commit(key)
  return key
}
const read = async (key: string) => {
  const opened = await driver.open(key)
  return opened && text(opened.stream())
}
const tree = async () =>
  (await readdir(root, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('.store~'))
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .sort()

describe('el driver cumple la interfaz de unstorage', () => {
  test('escribe, lee, enumera y borra por clave', async () => {
    const storage = createStorage({ driver })
    const [a, b] = [randomUUID(), randomUUID()]
    await storage.setItemRaw(a, Buffer.from([0, 255, 1]))
    await storage.setItem(b, 'hola')
    expect(await storage.getItemRaw(a)).toEqual(Buffer.from([0, 255, 1]))
    expect(await storage.getItem(b)).toBe('hola')
    expect((await storage.getKeys()).sort()).toEqual([a, b].sort())
    expect(await storage.getMeta(a)).toMatchObject({ size: 3, mtime: expect.any(Date) })
    expect([await storage.hasItem(a), await storage.hasItem(randomUUID())]).toEqual([true, false])
    await storage.removeItem(a)
    expect(await storage.getItemRaw(a)).toBeNull()
    await storage.clear()
    expect(await storage.getKeys()).toEqual([])
  })

  test('ninguna clave que no sea un id de versión se vuelve ruta', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.string(), fc.constantFrom('../x', '..:x', '/etc/passwd', 'a\0b')),
        async (key) => {
          expect(await driver.hasItem(key, {})).toBe(false)
          expect(await driver.open(key)).toBeNull()
          await driver.names!.set('b', 'n', key)
          await driver.removeItem!(key, {})
          await expect(async () => driver.setItem!(key, 'x', {})).rejects.toThrow()
        },
      ),
    )
    expect(await readdir(dir)).toEqual(['storage'])
    expect(await readdir(root)).toEqual(['.store~'])
    expect(await readdir(folders.staging)).toEqual([])
  })
})

describe('escrituras', () => {
  test('nadie ve una clave hasta que está entera; una descartada no deja rastro', async () => {
    const staged = await driver.stage(Readable.from([Buffer.from('ho'), Buffer.from('la')]))
    expect(staged).toMatchObject({ size: 4 })
    const key = randomUUID()
    expect(await driver.open(key)).toBeNull()
    await staged.commit(key)
    expect(await read(key)).toBe('hola')
    await (await driver.stage(Readable.from(['x']).map((s) => Buffer.from(s)))).discard()
    expect(await readdir(folders.staging)).toEqual([])
  })

  test('un cuerpo que falla a medias no deja nada', async () => {
    async function* cut() {
      yield Buffer.alloc(300_000)
      throw new Error('se cortó')
    }
    await expect(driver.stage(Readable.from(cut()))).rejects.toThrow('se cortó')
    expect(await readdir(folders.staging)).toEqual([])
  })

  test('lo que se abrió se lee entero aunque se borre, y por rangos', async () => {
    const key = await put('0123456789')
    const [whole, part] = [(await driver.open(key))!, (await driver.open(key))!]
    await driver.removeItem!(key, {})
    expect(await text(whole.stream())).toBe('0123456789')
    expect(await text(part.stream({ start: 2, end: 4 }))).toBe('234')
    expect(await driver.open(key)).toBeNull()
  })

  test('cualquier secuencia de trozos da los mismos bytes', async () => {
    const chunks = fc.array(fc.uint8Array({ maxLength: 5000 }), { maxLength: 20 })
    await fc.assert(
      fc.asyncProperty(chunks, async (parts) => {
        const key = randomUUID()
        await (await driver.stage(Readable.from(parts.map((p) => Buffer.from(p))))).commit(key)
        expect(await buffer((await driver.open(key))!.stream())).toEqual(Buffer.concat(parts))
      }),
      { numRuns: 30 },
    )
  })
})

describe('el árbol que se lee', () => {
  test('da a cada objeto su nombre y se poda al borrar', async () => {
    const key = await put('hola')
    await driver.names!.set('contratos', 'CT-1/sub/a.pdf', key)
    expect(await readFile(join(root, 'contratos/CT-1/sub/a.pdf'), 'utf8')).toBe('hola')
    await driver.names!.set('contratos', 'CT-1/sub/a.pdf', await put('otro'))
    expect(await readFile(join(root, 'contratos/CT-1/sub/a.pdf'), 'utf8')).toBe('otro')
    await driver.names!.remove('contratos', 'CT-1/sub/a.pdf')
    expect(await readdir(join(root, 'contratos'))).toEqual([])
    await driver.names!.removeBucket('contratos')
    expect(await tree()).toEqual([])
  })

  test('un archivo y una carpeta del mismo nombre conviven', async () => {
    const [file, inside] = [await put('archivo'), await put('dentro')]
    await driver.names!.set('b', 'a', file)
    await driver.names!.set('b', 'a/x', inside)
    expect(await tree()).toEqual(['b/a/x', 'b/a~'])
    await driver.names!.set('b', 'a', file)
    expect(await tree()).toEqual(['b/a/x', 'b/a~'])
    await driver.names!.remove('b', 'a/x')
    await driver.names!.set('b', 'a', file)
    expect(await tree()).toEqual(['b/a'])
    await driver.names!.remove('b', 'a')
    expect(await tree()).toEqual([])
  })

  test('no sigue un enlace puesto por otra mano, ni al escribir ni al borrar', async () => {
    const outside = join(dir, 'fuera')
    await mkdir(outside)
    await writeFile(join(outside, 'suyo'), 'intacto')
    await mkdir(join(root, 'b'))
    await symlink(outside, join(root, 'b', 'enlace'))
    await symlink(join(outside, 'suyo'), join(root, 'b', 'archivo'))
    const key = await put('hola')
    await driver.names!.set('b', 'enlace/nuevo', key)
    await driver.names!.set('b', 'archivo', key)
    await driver.names!.remove('b', 'enlace/suyo')
    expect(await readdir(outside)).toEqual(['suyo'])
    expect(await readFile(join(outside, 'suyo'), 'utf8')).toBe('intacto')
  })

  test('ni un enlace en lugar de las carpetas propias', async () => {
    const other = join(dir, 'otro')
    await mkdir(join(other, '.store~', 'db'), { recursive: true })
    await symlink(dir, join(other, '.store~', 'db', 'versions'))
    await expect(prepareFolders(other, 'db')).rejects.toThrow('symbolic link')
    const version = randomUUID()
    await mkdir(join(folders.versions, version.slice(0, 2)))
    await symlink('/etc/hostname', join(folders.versions, version.slice(0, 2), version))
    await expect(driver.open(version)).rejects.toMatchObject({ code: 'ELOOP' })
  })

  test('ningún nombre sale de su bucket ni entra en lo oculto', async () => {
    const key = await put('hola')
    const hostile = fc.array(
      fc.constantFrom('..', '.', '', '/', '\\', '\0', 'a', '~', '.store~', '%2e', 'x'.repeat(300), 'ñ'),
      { minLength: 1, maxLength: 6 },
    )
    await fc.assert(
      fc.asyncProperty(hostile, hostile, fc.constantFrom('', '/'), async (bucket, name, glue) => {
        await driver.names!.set(bucket.join(''), name.join(glue), key)
        await driver.names!.remove(bucket.join(''), `${name.join(glue)}x`)
      }),
    )
    expect(await readdir(dir)).toEqual(['storage'])
    expect(await readdir(join(root, '.store~'))).toEqual(['db'])
    expect((await readdir(join(root, '.store~', 'db'))).sort()).toEqual(['resumable', 'staging', 'versions'])
    expect(await readdir(folders.staging)).toEqual([])
    expect(await read(key)).toBe('hola')
  })

  test('quita los nombres que llevan a unos bytes, y solo esos', async () => {
    const [old, kept] = [await put('viejo'), await put('actual')]
    await driver.names!.set('b', 'x/viejo', old)
    await driver.names!.set('b', 'actual', kept)
    await writeFile(join(root, 'b', 'ajeno'), 'de otro')
    const { dev, ino } = await stat(join(root, 'b/x/viejo'))
    await driver.names!.removeLeadingTo(new Set([`${dev}:${ino}`]))
    expect(await tree()).toEqual(['b/actual', 'b/ajeno'])
  })
})
