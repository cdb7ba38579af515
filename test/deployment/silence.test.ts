// No script of a server ends without a word, whatever fails below it.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeServer, type Server } from './server.ts'

const ASKED = ['--dominio', 'cacao.example', '--correo', 'operador@cacao.example']

let server: Server
beforeAll(async () => {
  server = await makeServer()
})
afterAll(() => server?.dispose())

describe('ninguno termina en silencio', () => {
  const PROGRAMS =
    'awk cat chmod cmp comm cut date df dirname docker getent git grep head id ip ls mktemp mv openssl paste rm sed sort ss tr'.split(
      ' ',
    )
  /** Puts a program that fails, and says nothing, in the place of another, for one run. */
  async function without(program: string, run: () => ReturnType<Server['run']>) {
    const own = join(server.dir, '../callados')
    await mkdir(own, { recursive: true })
    await writeFile(join(own, program), '#!/bin/sh\nexit 7\n')
    await chmod(join(own, program), 0o755)
    const path = server.env.PATH
    server.env.PATH = `${own}:${path}`
    const result = run()
    server.env.PATH = path
    await rm(own, { recursive: true })
    return result
  }

  test.each(PROGRAMS)('instalar.sh, si falla %s', async (program) => {
    const { status, output } = await without(program, () => server.run('instalar.sh', ASKED))
    if (status === 0) expect(output).toContain('What remains')
    else expect(output).toMatch(/^instalar\.sh: .+|problem: /m)
    await rm(join(server.dir, 'supabase/docker/oficial'), { recursive: true, force: true })
  })

  test('dice el archivo, la línea, la orden y qué hacer; una sola vez', async () => {
    const { status, output } = await without('df', () => server.run('instalar.sh', [...ASKED, '--comprobar']))
    expect(status).not.toBe(0)
    const told = output.split('\n').filter((line) => line.includes('ended with'))
    expect(told).toEqual([
      expect.stringMatching(/^instalar\.sh: comprobar\.sh:\d+ \(instalar\.sh:\d+\): «.*» ended with 7\.$/),
    ])
    expect(output).toContain('run it again')
  })

  test.each([
    ['respaldo/respaldo.sh', 'psql', []],
    ['respaldo/restaurar.sh', 'psql', ['--probar']],
    ['respaldo/restaurar.sh', 'mktemp', ['--probar']],
    ['nginx/estudio.sh', 'openssl', []],
    ['nginx/certificado.sh', 'openssl', []],
    ['nginx/certificado.sh', 'mkdir', []],
    ['nginx/certbot.sh', 'sleep', []],
  ])('%s, si falla %s', async (script, program, args) => {
    const dir = join(server.dir, script.replaceAll('/', '-'))
    for (const folder of ['2026-11-26', 'almacen']) await mkdir(join(dir, folder), { recursive: true })
    await writeFile(join(dir, '2026-11-26/manifiesto.sha256'), '')
    // What a server has and this machine may not.
    for (const name of ['psql', 'certbot', 'pg_dump'])
      if (name !== program) {
        await writeFile(join(server.bin, name), '#!/bin/sh\necho 1\n')
        await chmod(join(server.bin, name), 0o755)
      }
    const { status, output } = await without(program, () =>
      server.run(script, args, {
        RESPALDOS_DIR: dir,
        STORAGE_DIR: join(dir, 'almacen'),
        NGINX_DOMAIN: 'cacao.example',
        NGINX_CERTIFICATE: join(dir, 'tls/fullchain.pem'),
        LETSENCRYPT_LIVE: join(dir, 'live'),
        NGINX_HTPASSWD: join(dir, 'htpasswd'),
        DASHBOARD_USERNAME: 'operador',
        DASHBOARD_PASSWORD: 'x',
        DOMAIN: 'cacao.example',
        CERTBOT_EMAIL: 'operador@cacao.example',
      }),
    )
    expect(status).not.toBe(0)
    const name = script.split('/')[1]!.replace('.', '\\.')
    expect(output).toMatch(new RegExp(`^${name}:.*ended with`, 'm'))
  })

  test('todos los de bash lo tienen puesto, y los de sh al salir', () => {
    const found = spawnSync('git', ['ls-files', 'supabase/docker/*.sh'], { encoding: 'utf8' })
    const scripts = found.stdout.trim().split('\n')
    expect(scripts.length).toBeGreaterThan(8)
    for (const script of scripts) {
      const text = readFileSync(script, 'utf8')
      // What is only sourced has no first line of its own, and runs under the trap of who sources it.
      if (!text.startsWith('#!')) continue
      const isBash = /^#!.*bash/.test(text)
      const trap = isBash ? /^trap .* ERR$|\/(comun|errores)\.sh"$/m : /^trap .* EXIT$/m
      expect([script, trap.test(text)]).toEqual([script, true])
    }
  })
})
