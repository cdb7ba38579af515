import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { sql } from '../support/sql.ts'
import { until } from '../support/until.ts'
import { type StorageProcess, startStorageProcess } from './server-process.ts'
import { makeBucket, ok, service } from './support.ts'

interface Row {
  name: string
  version: string
  size: number
}

const rowsOf = (bucket: string) =>
  sql<Row>(
    `select name, version, (metadata ->> 'size')::int as size from storage.objects where bucket_id = $1`,
    [bucket],
  )

/** Names of files below a folder of the store, ours or the people's. */
async function files(server: StorageProcess, ...below: string[]): Promise<string[]> {
  const entries = await readdir(join(server.storageDir, ...below), {
    recursive: true,
    withFileTypes: true,
  }).catch(() => [])
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name)
}

async function privateFiles(server: StorageProcess, folder: string): Promise<string[]> {
  const [database] = await readdir(join(server.storageDir, '.store~'))
  return files(server, '.store~', database!, folder)
}

const contentOf = (name: string, round: number) => Buffer.alloc(100_000 + round, `${name}:${round};`)

describe('el servidor muere a media subida', () => {
  test('lo confirmado está entero, no hay fila sin objeto y el barrido quita el resto', async () => {
    const server = await startStorageProcess()
    // What git brings there: the sweep below leaves it, and it is nobody's object.
    const page = join(server.storageDir, 'README.md')
    await writeFile(page, 'La página de la carpeta.')
    const bucket = await makeBucket({}, server.url)
    /** The last round that was acknowledged, and the last that was begun, of each name. */
    const acknowledged = new Map<string, number>()
    const begun = new Map<string, number>()

    let writes = 0
    for (let life = 0; life < 4; life++) {
      let isAlive = true
      const writer = async (name: string) => {
        for (let round = (begun.get(name) ?? 0) + 1; isAlive; round++) {
          begun.set(name, round)
          const { error } = await service(server.url)
            .from(bucket)
            .upload(name, contentOf(name, round), { upsert: true })
          if (error) continue
          acknowledged.set(name, round)
          writes++
        }
      }
      const writers = ['a', 'b', 'carpeta/c', 'carpeta/d'].map(writer)
      const enough = writes + 3 + 4 * life
      await until('they write', () => writes >= enough)
      await server.kill()
      isAlive = false
      await Promise.all(writers)
      await server.restart()
    }

    const rows = await rowsOf(bucket)
    const reader = service(server.url).from(bucket)
    for (const [name, round] of acknowledged) {
      const bytes = Buffer.from(await ok(await reader.download(name)).arrayBuffer())
      const found = bytes.length - 100_000
      expect(found).toBeGreaterThanOrEqual(round)
      expect(found).toBeLessThanOrEqual(begun.get(name)!)
      expect(bytes.equals(contentOf(name, found))).toBe(true)
      expect(rows.find((row) => row.name === name)?.size).toBe(bytes.length)
    }
    expect(acknowledged.size).toBeGreaterThan(0)

    await server.ask({ sweep: { olderThanMs: 0 } })
    expect(await readFile(page, 'utf8')).toBe('La página de la carpeta.')
    for (const path of ['README.md', 'README.md/README.md', '../README.md', `${bucket}/../README.md`])
      expect((await fetch(`${server.url}/storage/v1/object/public/${path}`)).status).not.toBe(200)
    expect((await privateFiles(server, 'versions')).sort()).toEqual(rows.map(({ version }) => version).sort())
    expect(await privateFiles(server, 'staging')).toEqual([])
    expect((await files(server, bucket)).sort()).toEqual(
      rows.map(({ name }) => name.split('/').at(-1)).sort(),
    )
    for (const { name, size } of rows) expect(ok(await reader.info(name)).size).toBe(size)
  })

  test('el barrido respeta lo que está en curso y repone los nombres del árbol', async () => {
    const server = await startStorageProcess()
    const bucket = await makeBucket({}, server.url)
    const reader = service(server.url).from(bucket)
    ok(await reader.upload('carpeta/a', 'hola'))
    await rm(join(server.storageDir, bucket), { recursive: true })
    const [database] = await readdir(join(server.storageDir, '.store~'))
    const orphan = '00000000-0000-4000-8000-000000000000'
    const shard = join(server.storageDir, '.store~', database!, 'versions', '00')
    await mkdir(shard, { recursive: true })
    await writeFile(join(shard, orphan), 'nadie')
    expect(await server.ask({ sweep: { olderThanMs: 60_000 } })).toEqual({ removed: 0 })
    expect(await files(server, bucket)).toEqual(['a'])
    expect(await privateFiles(server, 'versions')).toContain(orphan)
    expect(await server.ask({ sweep: { olderThanMs: 0 } })).toEqual({ removed: 1 })
    expect(await privateFiles(server, 'versions')).toHaveLength(1)
    expect(await ok(await reader.download('carpeta/a')).text()).toBe('hola')
  })
})
