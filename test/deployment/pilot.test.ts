import { execFileSync, spawnSync } from 'node:child_process'
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { makeTempDir } from '../../supabase/local/postgres/temporary.ts'
import { PROJECT_DIR } from '../../supabase/local/settings.ts'
import { run } from '../acceptance/process/support.ts'
import { makeCertificate } from '../support/certificate.ts'
import { requireProgram } from '../support/programs.ts'

const makeFolder = async () => {
  const dir = await makeTempDir('triboka-piloto-')
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  return dir
}

test('npm run nginx escribe una configuración que nginx admite', async () => {
  const dir = await makeFolder()
  const { certificate, key } = makeCertificate(dir, 'x')
  const env = {
    ...process.env,
    SUPABASE_PUBLIC_URL: 'https://cacao.example',
    SUPABASE_API_PORT: '54399',
    NGINX_CERTIFICATE: certificate,
    NGINX_CERTIFICATE_KEY: key,
    NGINX_ACCESS_LOG: join(dir, 'access.log'),
    NGINX_ERROR_LOG: join(dir, 'error.log'),
    NGINX_USER: execFileSync('id', ['-un'], { encoding: 'utf8' }).trim(),
  }
  const { code, stdout } = await run('nginx', env, [dir])
  expect([code, stdout]).toEqual([0, expect.stringContaining(dir)])
  execFileSync('nginx', ['-t', '-p', dir, '-c', join(dir, 'nginx.conf'), '-g', `pid ${dir}/nginx.pid;`], {
    stdio: 'pipe',
  })
  const written = await readFile(join(dir, 'http.conf'), 'utf8')
  await readFile(join(dir, 'triboka/pagina/invitacion.html'))
  expect(written).toContain('server 127.0.0.1:54399;')
  expect(await readFile(join(dir, 'triboka.conf'), 'utf8')).toContain('server_name cacao.example;')
  expect(await readFile(join(dir, 'triboka.conf'), 'utf8')).toContain(`root ${dir}/triboka/pagina;`)

  const app = join(dir, 'app')
  await mkdir(app)
  const refused = await run('nginx', { ...env, APP_DIR: app }, [dir])
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining(`${app} has no index.html`)])
  await writeFile(join(app, 'index.html'), '<!doctype html>')
  expect((await run('nginx', { ...env, APP_DIR: app }, [dir])).code).toBe(0)
  expect(await readFile(join(dir, 'triboka.conf'), 'utf8')).toContain(`root ${app};`)
})

test('npm run nginx dice lo que le falta', async () => {
  const { code, stderr } = await run('nginx', { ...process.env, SUPABASE_PUBLIC_URL: '' }, ['/tmp'])
  expect([code, stderr]).toEqual([1, expect.stringContaining('SUPABASE_PUBLIC_URL=')])
})

test('la unidad de systemd es válida, y ve poco de la máquina', async () => {
  requireProgram('systemd-analyze', 'systemd')
  const dir = await makeFolder()
  const unit = await readFile(join(PROJECT_DIR, 'supabase/pilot/triboka.service'), 'utf8')
  const file = join(dir, 'triboka.service')
  // The program, where it is on this machine.
  await writeFile(
    file,
    unit.replace('ExecStart=/opt/triboka/node_modules/node/bin/node', `ExecStart=${process.execPath}`),
  )
  const analyze = (...args: string[]) => {
    const { stdout, stderr, status } = spawnSync('systemd-analyze', [...args, file], { encoding: 'utf8' })
    return { status, output: stdout + stderr }
  }
  expect(analyze('verify')).toEqual({ status: 0, output: '' })
  const { output } = analyze('security', '--offline=yes')
  const exposure = Number(/Overall exposure level[^:]*: ([\d.]+)/.exec(output)?.[1])
  expect(exposure).toBeLessThan(2)
})

test('nginx de Debian vuelve a arrancar si muere, con lo que se le añade', async () => {
  requireProgram('systemd-analyze', 'systemd')
  const dir = await makeFolder()
  const unit = join(dir, 'nginx.service')
  await cp('/lib/systemd/system/nginx.service', unit)
  await cp(join(PROJECT_DIR, 'supabase/pilot/nginx.conf'), join(dir, 'nginx.service.d/triboka.conf'))
  const { stdout, stderr, status } = spawnSync('systemd-analyze', ['verify', unit], {
    env: { ...process.env, SYSTEMD_UNIT_PATH: `${dir}:` },
    encoding: 'utf8',
  })
  expect({ status, output: stdout + stderr }).toEqual({ status: 0, output: '' })
})
