// The scripts that run on a server.
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import tls from 'node:tls'
import { describe, expect, onTestFinished, test } from 'vitest'
import { findFreePorts } from '../../supabase/local/ports.ts'
import { makeTempDir } from '../../supabase/local/postgres/temporary.ts'
import { PROJECT_DIR } from '../../supabase/local/settings.ts'
import { makeCertificate } from '../support/certificate.ts'
import { startNginx } from '../support/nginx.ts'
import { requireProgram } from '../support/programs.ts'

const PATIENCE = { timeout: 15_000 }
const NGINX = join(PROJECT_DIR, 'supabase/docker/nginx')

const makeFolder = async () => {
  const dir = await makeTempDir('triboka-guiones-')
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  return dir
}

test('shellcheck no tiene nada que decir', () => {
  requireProgram('shellcheck', 'shellcheck')
  const files = execFileSync(
    'git',
    ['ls-files', '--cached', '--others', '--exclude-standard', '*.sh', '.ci/run'],
    {
      cwd: PROJECT_DIR,
      encoding: 'utf8',
    },
  )
    .trim()
    .split('\n')
  expect(files.length).toBeGreaterThan(8)
  execFileSync('shellcheck', files, { cwd: PROJECT_DIR, stdio: 'pipe' })
})

test('la contraseña de Studio queda como nginx la lee, y no a la vista', async () => {
  const dir = await makeFolder()
  const file = join(dir, 'htpasswd')
  execFileSync(join(NGINX, 'estudio.sh'), {
    env: {
      ...process.env,
      NGINX_HTPASSWD: file,
      NGINX_USER: execFileSync('id', ['-gn'], { encoding: 'utf8' }).trim(),
      DASHBOARD_USERNAME: 'operador',
      DASHBOARD_PASSWORD: 'ábrete: $ésamo',
    },
  })
  const [user, hash] = (await readFile(file, 'utf8')).trim().split(':')
  const salt = hash!.split('$')[2]!
  const again = execFileSync('openssl', ['passwd', '-apr1', '-salt', salt, '-stdin'], {
    input: 'ábrete: $ésamo',
    encoding: 'utf8',
  })
  expect([user, hash, (await stat(file)).mode & 0o777]).toEqual(['operador', again.trim(), 0o640])
})

describe('el certificado', () => {
  const presented = (port: number) =>
    new Promise<string>((done, fail) => {
      const socket = tls.connect({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
        done(String(socket.getPeerCertificate().subject.CN))
        socket.destroy()
      })
      socket.once('error', fail)
    })

  test('se firma solo hasta que hay otro, y el nuevo se toma sin parar nginx', async () => {
    const dir = await makeFolder()
    const live = join(dir, 'live/cacao.example')
    const bin = join(dir, 'bin')
    const [port] = await findFreePorts(1)
    for (const folder of [live, bin]) await mkdir(folder, { recursive: true })
    // Which nginx is told to reload.
    await writeFile(join(bin, 'nginx'), '#!/bin/sh\nkill -HUP "$NGINX_PID"\n')
    await chmod(join(bin, 'nginx'), 0o755)
    const run = (more: NodeJS.ProcessEnv = {}) =>
      spawn(join(NGINX, 'certificado.sh'), {
        // A group of its own: what it leaves looking for newer ones ends with it.
        detached: true,
        stdio: 'ignore',
        env: {
          ...process.env,
          PATH: `${bin}:${process.env.PATH}`,
          NGINX_DOMAIN: 'cacao.example',
          NGINX_CERTIFICATE: join(dir, 'tls/fullchain.pem'),
          LETSENCRYPT_LIVE: join(dir, 'live'),
          CERTIFICATE_EVERY: '0.1',
          ...more,
        },
      })
    const end = ({ pid }: { pid?: number | undefined }) => process.kill(-pid!, 'SIGTERM')
    const first = run({ CERTIFICATE_EVERY: '600' })
    await once(first, 'exit')
    end(first)
    expect((await stat(join(dir, 'tls/privkey.pem'))).mode & 0o777).toBe(0o600)

    const nginx = await startNginx(
      `server { listen 127.0.0.1:${port} ssl; ssl_certificate ${dir}/tls/fullchain.pem; ssl_certificate_key ${dir}/tls/privkey.pem; }`,
      [port!],
    )
    onTestFinished(() => nginx.dispose())
    expect(await presented(port!)).toBe('cacao.example')
    const watching = run({ NGINX_PID: (await readFile(join(nginx.dir, 'nginx.pid'), 'utf8')).trim() })
    onTestFinished(() => void end(watching))
    await once(watching, 'exit')
    makeCertificate(live, 'emitido')
    await expect.poll(() => presented(port!), PATIENCE).toBe('emitido')
    makeCertificate(live, 'renovado')
    await expect.poll(() => presented(port!), PATIENCE).toBe('renovado')
  })
})
