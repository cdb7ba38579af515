import { execFile } from 'node:child_process'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { generateX25519Identity, identityToRecipient } from 'age-encryption'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { backUp } from '../../supabase/local/backup/backup.ts'
import { readEntries } from '../../supabase/local/backup/manifest.ts'
import { restore } from '../../supabase/local/backup/restore.ts'
import { findFreePorts } from '../../supabase/local/ports.ts'
import type { Settings } from '../../supabase/local/settings.ts'
import { startStack } from '../../supabase/local/stack.ts'
import { client } from '../support/client.ts'
import { startOwnStack } from './support.ts'

vi.setConfig({ testTimeout: 90_000 })
const run = promisify(execFile)
const stack = await startOwnStack()
const { settings } = stack
const work = join(stack.backup.dir, '..', 'cifrado')
await mkdir(work)
afterAll(() => rm(work, { recursive: true, force: true }))
await stack.service.storage.createBucket('prueba-cifrado')
await stack.service.storage.from('prueba-cifrado').upload('secreto.txt', 'cacao fino de aroma')

const key = await generateX25519Identity()
const identityFile = join(work, 'identidad.txt')
await writeFile(identityFile, `# de la prueba\n${key}\n`, { mode: 0o600 })

async function entriesOf(folder: string) {
  const found: string[] = []
  for await (const { ruta } of readEntries(folder)) found.push(ruta)
  return found
}

/** What the file says that a stack of restored folders serves, to who has the keys of the one that was backed up. */
async function readFrom(restored: Settings): Promise<string> {
  const [functionsPort, apiPort, dbPort] = (await findFreePorts(3)) as [number, number, number]
  const again = await startStack({
    settings: { ...restored, functionsPort, apiPort, dbPort },
    functions: 'none',
  })
  try {
    const { SUPABASE_URL } = again.env
    const { storage } = client(SUPABASE_URL, stack.secretKey)
    const { data, error } = await storage.from('prueba-cifrado').download('secreto.txt')
    if (error) throw error
    return await data.text()
  } finally {
    await again.stop()
  }
}

/** A shell command whose terminal is answered, as age asks the person at it. */
const atTerminal = (command: string, answer: string) =>
  run('sh', ['-c', `(sleep 1; echo "$ANSWER"; sleep 4) | script -qec "$COMMAND" /dev/null`], {
    env: { ...process.env, COMMAND: command, ANSWER: answer },
  })

describe('un respaldo cifrado con una clave', () => {
  const backup = { ...stack.backup, dir: join(work, 'clave'), passphrase: 'tres cacaos y un barco' }

  let last = ''

  test('vuelve entero con ella, y no con otra; el siguiente enlaza lo que no cambió', async () => {
    await mkdir(backup.dir)
    const { folder, head } = await backUp(settings, backup)
    expect(head.cifrado).toMatch(/^age1/)
    for (const path of await entriesOf(folder)) expect(path).toMatch(/\.age$/)
    const bytes = Buffer.concat(
      await Promise.all((await entriesOf(folder)).map((path) => readFile(join(folder, path)))),
    )
    expect(bytes.includes('cacao fino')).toBe(false)

    for (const passphrase of [null, 'otra']) {
      const target = await stack.emptyTarget()
      await expect(restore({ folder, settings: target, backup: { ...backup, passphrase } })).rejects.toThrow(
        'RESPALDO_CLAVE',
      )
    }
    const target = await stack.emptyTarget()
    await restore({ folder, settings: target, backup })
    expect(await readFrom(target)).toBe('cacao fino de aroma')
    const lines: string[] = []
    const second = await backUp(settings, backup, (line) => lines.push(line))
    expect(lines.at(-1)).toContain('1 files, 1 of them as in the last backup')
    last = second.folder
  })

  test('se abre con age y tar, sin nada nuestro', async () => {
    const folder = last
    await atTerminal(
      `age -d -i ${folder}/identidad.age -o ${work}/base.tar.gz ${folder}/base.tar.gz.age`,
      backup.passphrase,
    )
    const { stdout } = await run('tar', ['-tzf', join(work, 'base.tar.gz')])
    expect(stdout.split('\n')).toEqual(
      expect.arrayContaining(['PG_VERSION', 'backup_label', 'global/pg_control']),
    )
  })
})

describe('un respaldo cifrado para un destinatario', () => {
  const backup = { ...stack.backup, dir: join(work, 'destinatario'), identityFile }

  test('solo su identidad lo abre: la nuestra y la de la orden age', async () => {
    await mkdir(backup.dir)
    const recipient = await identityToRecipient(key)
    const { folder, head } = await backUp(settings, { ...backup, recipient })
    expect(head.cifrado).toBe(recipient)
    const file = (await entriesOf(folder)).find((path) => path.startsWith('archivos/'))!
    const { stdout } = await run('age', ['-d', '-i', identityFile, join(folder, file)])
    expect(stdout).toBe('cacao fino de aroma')

    await restore({ folder, settings: await stack.emptyTarget(), backup })
    const target = await stack.emptyTarget()
    await expect(
      restore({ folder, settings: target, backup: { ...backup, identityFile: null } }),
    ).rejects.toThrow('RESPALDO_IDENTIDAD')
    await writeFile(join(work, 'otra.txt'), await generateX25519Identity())
    await expect(
      restore({ folder, settings: target, backup: { ...backup, identityFile: join(work, 'otra.txt') } }),
    ).rejects.toThrow('no identity matched')
  })
})
