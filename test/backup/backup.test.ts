import { execFile } from 'node:child_process'
import { access, cp, mkdir, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test, vi } from 'vitest'
import { backUp } from '../../supabase/local/backup/backup.ts'
import { checkDocuments } from '../../supabase/local/backup/documents.ts'
import { listBackups, takeFolder } from '../../supabase/local/backup/folders.ts'
import { MANIFEST, MANIFEST_SUM, readEntries, readHead, sumOf } from '../../supabase/local/backup/manifest.ts'
import { restore } from '../../supabase/local/backup/restore.ts'
import { runBackup, runProof } from '../../supabase/local/backup/run.ts'
import { startSchedule } from '../../supabase/local/backup/schedule.ts'
import { PROJECT_DIR } from '../../supabase/local/settings.ts'
import { keepVersions } from '../../supabase/local/storage/driver/keep.ts'
import { fileOf, prepareFolders } from '../../supabase/local/storage/driver/paths.ts'
import { launch, untilReady } from '../support/programs.ts'
import { query } from '../support/sql.ts'
import { until } from '../support/until.ts'
import { readLoad, startLoad } from './load.ts'
import { startOwnStack } from './support.ts'

vi.setConfig({ testTimeout: 90_000 })
const stack = await startOwnStack()
const { settings, backup, service } = stack
const silent = () => {}

const SCRIPT = join(PROJECT_DIR, 'scripts/respaldo.ts')

const newest = async () => (await listBackups(backup.dir))[0]!

async function state() {
  const [row] = await query<{
    ultimo: Date | null
    probado: Date | null
    fallido: boolean
    atrasado: boolean
  }>(stack.url, 'select * from privado.estado_respaldos()')
  return row!
}

describe('un respaldo con la pila en marcha', () => {
  test('lo hace la pila por sí sola, si falta', async () => {
    const failures: string[] = []
    const schedule = startSchedule(settings, (line) => failures.push(line), { soonMs: 0, env: stack.env })
    await until('a backup', async () => (await state()).ultimo !== null || failures.length > 0, 60_000)
    await schedule.stop()
    expect(failures).toEqual([])
    expect((await readHead((await newest()).folder)).filas).toHaveProperty('contratos')
  })

  test('bajo carga, restaura un instante exacto: nada confirmado antes falta, nada queda a medias', async () => {
    const load = await startLoad(stack.url)
    const bucket = 'prueba-respaldo'
    await service.storage.createBucket(bucket)
    let isOver = false
    let uploads = 0
    const churn = async (name: string) => {
      while (!isOver) {
        const { error } = await service.storage
          .from(bucket)
          .upload(name, Buffer.alloc(20_000 + uploads, name), { upsert: true })
        expect(error).toBeNull()
        uploads++
        if (uploads % 3 === 0) await service.storage.from(bucket).remove([name])
      }
    }
    const churning = Promise.all(['a', 'b', 'carpeta/c'].map(churn))
    await until('a load', () => load.acknowledged().every((n) => n >= 5))
    const before = load.acknowledged()
    const { folder, head } = await backUp(settings, backup).finally(async () => {
      isOver = true
      await Promise.all([load.stop(), churning])
    })
    expect(uploads).toBeGreaterThan(3)

    const target = await stack.emptyTarget()
    // What git brings there is no document.
    await mkdir(target.storageDir, { recursive: true })
    await writeFile(join(target.storageDir, 'README.md'), 'La página de la carpeta.')
    const found = { rows: await readLoad(stack.url), restored: [] as Awaited<ReturnType<typeof readLoad>> }
    await restore({
      folder,
      settings: target,
      backup,
      async inspect(url, { sistema }) {
        found.restored = await readLoad(url)
        // Of every object that the restored database has, the bytes that it says.
        const { objects } = await checkDocuments(url, target.storageDir, sistema, silent)
        const [{ n } = { n: -1 }] = await query<{ n: number }>(
          url,
          'select count(*)::int as n from storage.objects',
        )
        expect(objects).toBe(n)
      },
    })
    expect(await readFile(join(target.storageDir, 'README.md'), 'utf8')).toBe('La página de la carpeta.')
    expect(found.restored).toHaveLength(before.length)
    for (const { escritor, filas, ultimo, espejo, bien } of found.restored) {
      expect(ultimo).toBeGreaterThanOrEqual(before[escritor]!)
      expect([filas, espejo, bien]).toEqual([ultimo, ultimo, true])
    }
    const total = (rows: { filas: number }[]) => rows.reduce((sum, { filas }) => sum + filas, 0)
    expect(total(found.restored)).toBe(head.filas.carga_hechos)
    // Written meanwhile, and left out: it is a moment, not whatever the log happened to hold.
    expect(total(found.rows)).toBeGreaterThan(total(found.restored))
    await query(stack.url, 'drop table public.carga_hechos, public.carga_espejo')
  })

  test('mientras dura, ninguna versión se borra: la que se reemplaza también está en su instante', async () => {
    const [{ id } = { id: '' }] = await query<{ id: string }>(
      stack.url,
      'select system_identifier::text as id from pg_control_system()',
    )
    const folders = await prepareFolders(settings.storageDir, id)
    const bucket = service.storage.from('prueba-respaldo')
    const versionOf = async (name: string) => {
      await bucket.upload(name, Buffer.from(name))
      const [row] = await query<{ version: string }>(
        stack.url,
        `select version from storage.objects where name = '${name}'`,
      )
      await bucket.remove([name])
      return fileOf(folders, row!.version)
    }
    const letGo = await keepVersions(folders)
    expect(await readFile(await versionOf('reemplazada'), 'utf8')).toBe('reemplazada')
    await letGo!()
    await expect(access(await versionOf('despues'))).rejects.toThrow('ENOENT')
  })

  test('lo que no cambió desde el anterior no ocupa dos veces; lo que se dañó se copia de nuevo', async () => {
    const bucket = 'prueba-enlaces'
    await service.storage.createBucket(bucket)
    for (const name of ['uno', 'dos'])
      await service.storage.from(bucket).upload(name, Buffer.alloc(5000, name))
    const first = await backUp(settings, backup)
    const files: string[] = []
    for await (const { ruta, bytes } of readEntries(first.folder)) if (bytes === 5000) files.push(ruta)
    expect(files).toHaveLength(2)
    const [kept, damaged] = files as [string, string]
    await writeFile(join(first.folder, damaged), Buffer.alloc(5000, 'x'))
    const second = await backUp(settings, backup)
    const inode = async (folder: string, path: string) => (await stat(join(folder, path))).ino
    expect(await inode(second.folder, kept)).toBe(await inode(first.folder, kept))
    expect(await inode(second.folder, damaged)).not.toBe(await inode(first.folder, damaged))
    await restore({ folder: second.folder, settings: await stack.emptyTarget(), backup })
    await rm(first.folder, { recursive: true })
  })

  test('kill -9 a la mitad no deja nada que parezca un respaldo, y el siguiente lo barre', async () => {
    const before = await listBackups(backup.dir)
    const script = launch(process.execPath, [SCRIPT], { env: stack.env })
    const underWay = async () => (await readdir(backup.dir)).filter((name) => name.startsWith('.en-curso'))
    await untilReady(script, async () => (await underWay()).length > 0)
    await script.stop('SIGKILL')
    expect(await underWay()).not.toEqual([])
    expect(await listBackups(backup.dir)).toEqual(before)
    const { name } = await backUpTaken()
    expect((await listBackups(backup.dir)).map((found) => found.name)).toContain(name)
    expect(await underWay()).toEqual([])
  })

  test('si un objeto perdió sus bytes, no hay respaldo a medias: falla y dice cuál', async () => {
    const before = await listBackups(backup.dir)
    await service.storage.from('prueba-respaldo').upload('perdido.pdf', Buffer.from('%PDF'))
    const [{ version } = { version: '' }] = await query<{ version: string }>(
      stack.url,
      `select version from storage.objects where name = 'perdido.pdf'`,
    )
    const folders = await prepareFolders(settings.storageDir, (await readHead(before[0]!.folder)).sistema)
    await rm(fileOf(folders, version))
    await expect(runBackup(settings, backup, silent)).rejects.toThrow('perdido.pdf has lost its bytes')
    expect((await state()).fallido).toBe(true)
    expect(await listBackups(backup.dir)).toEqual(before)
    await service.storage.from('prueba-respaldo').remove(['perdido.pdf'])
  })

  test('antes de tomar lo último del disco se rinde, y no deja nada', async () => {
    const before = await readdir(backup.dir)
    const full = { ...settings, diskReserve: 2 ** 60 }
    await expect(runBackup(full, backup, silent)).rejects.toThrow('There is no room for a backup')
    expect((await state()).fallido).toBe(true)
    expect(await readdir(backup.dir)).toEqual(before)
  })

  test('uno a la vez', async () => {
    const letGo = await takeFolder(backup.dir)
    const refused = promisify(execFile)(process.execPath, [SCRIPT], { env: stack.env })
    await expect(refused.finally(letGo)).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('is at work in'),
    })
  })
})

async function backUpTaken() {
  const letGo = await takeFolder(backup.dir)
  try {
    return await backUp(settings, backup)
  } finally {
    await letGo()
  }
}

describe('una restauración', () => {
  test('no toca una base viva ni una carpeta con algo', async () => {
    const { folder } = await newest()
    await expect(restore({ folder, settings, backup })).rejects.toThrow(
      /A stack runs on .* never over a living database/,
    )
    const target = await stack.emptyTarget()
    await expect(
      restore({ folder, settings: { ...target, dataDir: settings.storageDir }, backup }),
    ).rejects.toThrow(`${settings.storageDir} is not empty`)
    await expect(
      restore({ folder, settings: { ...target, storageDir: settings.storageDir }, backup }),
    ).rejects.toThrow('is not empty')
  })

  test.each<[string, (folder: string, file: string) => Promise<unknown>, string]>([
    ['truncado', async (folder, file) => truncate(join(folder, file), 1000), 'base.tar.gz'],
    [
      'alterado',
      async (folder, file) => {
        const bytes = await readFile(join(folder, file))
        bytes[bytes.length >> 1]! ^= 1
        await writeFile(join(folder, file), bytes)
      },
      'base.tar.gz',
    ],
    ['al que falta un archivo', async (folder, file) => rm(join(folder, file)), 'keys.json'],
    [
      'con otro manifiesto',
      async (folder, file) => {
        const text = await readFile(join(folder, file), 'utf8')
        await writeFile(join(folder, file), text.replace('"contratos": 0', '"contratos": 1'))
      },
      'manifiesto.json',
    ],
    ['cortado', async (folder, file) => rm(join(folder, file)), 'manifiesto.sha256'],
    [
      'de otra versión',
      async (folder) => {
        const file = join(folder, MANIFEST)
        const text = await readFile(file, 'utf8')
        await writeFile(file, text.replace(/"migracion": "\d+"/, '"migracion": "20251231000000"'))
        await writeFile(join(folder, MANIFEST_SUM), `${(await sumOf(file)).sha256}  ${MANIFEST}\n`)
      },
      'has migration 20251231000000, which these files do not have: it belongs to another version of Triboka. Restore',
    ],
  ])('rechaza un respaldo %s, dice por qué y no deja nada', async (_como, harm, file) => {
    const { folder } = await newest()
    const copy = join(backup.dir, 'copia')
    await cp(folder, copy, { recursive: true })
    await harm(copy, file)
    const target = await stack.emptyTarget()
    await expect(restore({ folder: copy, settings: target, backup })).rejects.toThrow(file)
    await expect(access(target.dataDir)).rejects.toThrow('ENOENT')
    await rm(copy, { recursive: true })
  })
})

describe('npm run respaldo y respaldo:probar', () => {
  test('el resultado queda en la base; la copia externa recibe la carpeta, y su fallo es ruidoso', async () => {
    const away = join(backup.dir, '..', 'lejos')
    await runBackup(settings, { ...backup, copyCommand: `cp -r "$1" '${away}'` }, silent)
    expect((await readHead(away)).filas).toHaveProperty('contratos')
    expect(await state()).toMatchObject({ fallido: false, atrasado: false })

    await expect(runBackup(settings, { ...backup, copyCommand: 'exit 3' }, silent)).rejects.toThrow(
      'RESPALDO_COPIA ended with 3',
    )
    expect((await state()).fallido).toBe(true)
    const before = await newest()
    await runBackup(settings, { ...backup, copyCommand: 'true' }, silent)
    expect((await state()).fallido).toBe(false)
    // Of those of one day the last one stays, and what comes after it is the newest.
    expect(await listBackups(backup.dir)).toEqual([await newest()])
    expect((await newest()).name).not.toBe(before.name)
  })

  test('la prueba restaura el más nuevo, compara, entra y no deja nada', async () => {
    const lines: string[] = []
    await runProof(settings, backup, (line) => lines.push(line))
    expect(lines.at(-1)).toMatch(/restores: \d+ rows, 0 documents, \d+ files/)
    expect((await state()).probado).toBeInstanceOf(Date)
    expect((await newest()).isGood).toBe(true)
  })

  test('uno que no restaura queda señalado, y se ve', async () => {
    const { folder, name } = await newest()
    await truncate(join(folder, 'base.tar.gz'), 5000)
    await expect(runProof(settings, backup, silent)).rejects.toThrow('base.tar.gz has 5000 bytes')
    expect(await newest()).toMatchObject({ name, isGood: false })
    expect((await state()).fallido).toBe(true)
  })
})
