// What instalar.sh sees of a server before it touches anything.
import { chmod, mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeServer, readEnvFile, type Server } from './server.ts'

const ASKED = ['--dominio', 'cacao.example', '--correo', 'operador@cacao.example']

let server: Server
beforeAll(async () => {
  server = await makeServer()
})
afterAll(() => server?.dispose())

const check = (env: NodeJS.ProcessEnv = {}, ...more: string[]) =>
  server.run('instalar.sh', [...ASKED, ...more, '--comprobar'], env)

test('con todo en su sitio no tiene nada que advertir', () => {
  const { status, output } = check()
  expect(output).toContain('would: apply the migrations')
  expect([status, /warning|problem/.test(output)]).toEqual([0, false])
})

describe('el nombre', () => {
  test.each([
    ['sin dirección', { ADDRESS: '', ADDRESS6: '' }, 'cacao.example has no address yet'],
    ['de otra máquina', { ADDRESS: '198.51.100.9' }, 'is 198.51.100.9 and this machine has 203.0.113.5'],
    [
      'con dos direcciones, una de otra máquina',
      { ADDRESS: '198.51.100.9 203.0.113.5' },
      'is also 198.51.100.9, which this machine has not',
    ],
    [
      'con dos direcciones, las dos de otra máquina',
      { ADDRESS: '198.51.100.10 198.51.100.9' },
      'is 198.51.100.10 198.51.100.9 and this machine has',
    ],
    ['con un IPv6 de otra máquina', { ADDRESS6: '2001:db8::9' }, 'is also 2001:db8::9 by IPv6'],
  ])('%s se advierte y no detiene', (_, env, message) => {
    const { status, output } = check(env)
    expect([status, output]).toEqual([0, expect.stringContaining(message)])
    expect(output).toContain('would: start the rest')
  })

  test('con las direcciones de esta máquina no se advierte', () => {
    expect(check({ ADDRESS6: '2001:db8::5' }).output).not.toContain('warning')
  })
})

describe('los puertos', () => {
  test.each(['80', '443', '8443', '5432', '6543'])('%s ocupado se dice', (port) => {
    const { status, output } = check({ TAKEN: port })
    expect([status, output]).toEqual([1, expect.stringContaining(`problem: Port ${port} is taken`)])
  })

  test('los de la base se eligen otros, y quedan', async () => {
    const other = ['--puerto-postgres', '5433', '--puerto-pooler', '6544']
    expect(check({ TAKEN: '5432 6543' }, ...other).status).toBe(0)
    expect(server.run('instalar.sh', [...ASKED, ...other], { TAKEN: '5432 6543' }).status).toBe(0)
    const chosen = { POSTGRES_PORT: '5433', POOLER_PROXY_PORT_TRANSACTION: '6544' }
    expect(await readEnvFile(server.envFile)).toMatchObject(chosen)
    expect(server.run('instalar.sh', []).status).toBe(0)
    expect(await readEnvFile(server.envFile)).toMatchObject(chosen)
    await rm(join(server.dir, 'supabase/docker/oficial'), { recursive: true })
  })

  test.each([['0'], ['65536'], ['5433 x'], ['-1'], ['x'], ['6543']])('%j no es uno', (port) => {
    const { status, output } = check({}, '--puerto-postgres', port)
    expect([status, output]).toEqual([1, expect.stringContaining('problem: ')])
  })
})

test('sin Docker lo dice, junto con lo demás', async () => {
  // Whatever the machine has, without a Docker of its own.
  const bin = join(server.dir, '../sin-docker')
  await mkdir(bin)
  for (const folder of ['/usr/sbin', '/usr/bin', server.bin])
    for (const name of await readdir(folder)) {
      if (name === 'docker') continue
      await rm(join(bin, name), { force: true })
      await symlink(join(folder, name), join(bin, name))
    }
  for (const script of ['instalar.sh', 'actualizar.sh']) {
    if (script === 'actualizar.sh') {
      await mkdir(join(server.envFile, '..'), { recursive: true })
      await writeFile(server.envFile, '')
    }
    const { status, output } = server.run(script, script === 'instalar.sh' ? ASKED : [], {
      PATH: bin,
      ADDRESS: '',
    })
    expect([script, status, output]).toEqual([
      script,
      1,
      expect.stringContaining('Docker is missing: https://'),
    ])
    expect(output).toContain('nothing was changed')
  }
  await rm(join(server.dir, 'supabase/docker/oficial'), { recursive: true })
})

test.each([
  ['3900', '0', true],
  ['3900', '4096', false],
  ['7900', '0', false],
])('con %s MiB de memoria y %s de intercambio: advierte %s', async (memory, swap, isWarned) => {
  const file = join(server.dir, 'meminfo')
  await writeFile(file, `MemTotal: ${Number(memory) * 1024} kB\nSwapTotal: ${Number(swap) * 1024} kB\n`)
  const { status, output } = check({ MEMINFO: file })
  expect([status, output.includes('and no swap: fallocate')]).toEqual([0, isWarned])
})

describe('una aplicación que no puede servirse se rechaza', () => {
  const folder = () => join(server.dir, 'app')
  const refused = (message: string) => {
    const { status, output } = check({}, '--carpeta-app', folder())
    expect([status, output]).toEqual([1, expect.stringContaining(message)])
  }
  test('la que no está, la que no tiene index.html y la que no todos leen; la que sí, se acepta', async () => {
    refused('is not there')
    await mkdir(folder())
    refused('has no index.html')
    await writeFile(join(folder(), 'index.html'), '<!doctype html>')
    await chmod(join(folder(), 'index.html'), 0o600)
    refused('chmod -R a+rX')
    await chmod(join(folder(), 'index.html'), 0o644)
    expect(check({}, '--carpeta-app', folder()).status).toBe(0)
  })
})
