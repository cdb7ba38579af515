// What a machine does to a stack: processes that nobody has buried, folders and disks that take nothing.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startDiskGuard } from '../../supabase/local/disk-guard.ts'
import { isSameProcess, startTimeOf } from '../../supabase/local/lock.ts'
import { openLog } from '../../supabase/local/log-file.ts'
import { assertWritable, fromMachine } from '../../supabase/local/machine-faults.ts'
import { databaseUrl } from '../../supabase/local/postgres/bootstrap.ts'
import { SUPERUSER } from '../../supabase/local/postgres/cluster.ts'
import { makeTempDir, withTemporaryCluster } from '../../supabase/local/postgres/temporary.ts'
import { SetupError } from '../../supabase/local/settings.ts'
import { until } from '../support/until.ts'

let dir: string
beforeAll(async () => {
  dir = await makeTempDir('triboka-maquina-')
})
afterAll(() => rm(dir, { recursive: true, force: true }))

test('un proceso muerto del que su padre no ha preguntado ya no es el mismo', async () => {
  // The sleep that replaces the shell never asks about the child that the shell had.
  const parent = spawn('sh', ['-c', 'sleep 0.3 & echo $!; exec sleep 60'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    const pid = Number(String((await once(parent.stdout!, 'data'))[0]))
    const startTime = (await startTimeOf(pid))!
    expect(await isSameProcess(pid, startTime)).toBe(true)
    await expect.poll(() => isSameProcess(pid, startTime), { timeout: 5000 }).toBe(false)
    // Its number is still taken.
    expect(process.kill(pid, 0)).toBe(true)
  } finally {
    parent.kill('SIGKILL')
    await once(parent, 'exit')
  }
})

describe('lo que la máquina no deja escribir se dice en una línea, con qué hacer', () => {
  test('una carpeta que no se puede hacer', async () => {
    await expect(assertWritable('/dev/null/datos', 'DATA_DIR')).rejects.toThrow(
      new SetupError(
        'DATA_DIR=/dev/null/datos cannot be written (ENOTDIR): give it to the user that starts the stack, or choose another folder with DATA_DIR=<folder>.',
      ),
    )
    await expect(assertWritable(join(dir, 'nueva'), 'DATA_DIR')).resolves.toBeUndefined()
    expect(await readdir(join(dir, 'nueva'))).toEqual([])
  })

  test('un disco lleno', async () => {
    const full = await writeFile('/dev/full', 'x', { flush: false }).catch((error) => error)
    expect(fromMachine(full, '/dev/full')).toBeInstanceOf(SetupError)
    expect(String(fromMachine(full, '/dev/full'))).toMatch(/No space left on the disk of .*: free some, or/)
    const told = fromMachine(new Error('initdb ended with 1: could not write: No space left on device'), dir)
    expect(String(told)).toContain(`No space left on the disk of ${dir}`)
  })

  test('lo que no es de la máquina queda como estaba', () => {
    const error = new Error('otra cosa')
    expect(fromMachine(error)).toBe(error)
  })
})

test('un registro lleno deja su lugar a otro, y quedan cinco', async () => {
  const log = openLog(join(dir, 'prueba.log'))
  const chunk = Buffer.alloc(1 << 20, `${'x'.repeat(1023)}\n`)
  for (let i = 0; i < 150; i++) if (!log.write(chunk)) await once(log, 'drain')
  log.end()
  await once(log, 'close')
  const files = (await readdir(dir)).filter((name) => name.startsWith('prueba.log'))
  expect(files.sort()).toEqual(['prueba.log', ...[1, 2, 3, 4, 5].map((n) => `prueba.log.${n}`)])
  const { size, mode } = await stat(join(dir, 'prueba.log.1'))
  expect([size <= 21 * 2 ** 20, mode & 0o777]).toEqual([true, 0o600])
})

test('con el disco casi lleno se lee y no se escribe, y al haber lugar se escribe otra vez', async () => {
  await withTemporaryCluster(async (db) => {
    let free = 1000
    let looks = 0
    const told: string[] = []
    const guard = await startDiskGuard({
      folders: [dir],
      reserve: 100,
      superuserUrl: databaseUrl(db, SUPERUSER),
      report: (line) => told.push(line),
      everyMs: 20,
      diskOf: async () => {
        looks++
        return { free, size: 10_000 }
      },
    })
    const connect = async (role: string) => {
      const client = new pg.Client({ connectionString: databaseUrl(db, role) })
      await client.connect()
      return client
    }
    // Connections that were there before feel it too.
    const [authenticator, auth, postgres] = await Promise.all(
      ['authenticator', 'supabase_auth_admin', 'postgres'].map(connect),
    )
    const readOnly = async (client: pg.Client) => (await client.query('show transaction_read_only')).rows[0]
    expect(await readOnly(authenticator!)).toEqual({ transaction_read_only: 'off' })
    free = 50
    await expect.poll(() => readOnly(authenticator!)).toEqual({ transaction_read_only: 'on' })
    expect(guard.isFull()).toBe(true)
    for (const client of [auth!, postgres!])
      expect(await readOnly(client)).toEqual({ transaction_read_only: 'off' })
    // At the edge it stays as it is.
    free = 105
    const enough = looks + 5
    await until('it has looked again', () => looks >= enough)
    expect(guard.isFull()).toBe(true)
    free = 500
    await expect.poll(() => readOnly(authenticator!)).toEqual({ transaction_read_only: 'off' })
    expect(told).toEqual([
      expect.stringContaining('nearly full'),
      expect.stringContaining('There is room on the disk again'),
    ])
    await guard.close()
    await Promise.all([authenticator, auth, postgres].map((client) => client!.end()))
  })
})
