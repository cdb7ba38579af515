// A server to install on: a copy of what the scripts need, Supabase's release as a git repository, and a `docker` that
// writes down what it is told (there is no engine where tests run), but runs what runs in the image of Node.
import { execFileSync, spawnSync } from 'node:child_process'
import { chmod, cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeTempDir } from '../../supabase/local/postgres/temporary.ts'
import { PROJECT_DIR } from '../../supabase/local/settings.ts'

export const OFFICIAL = join(PROJECT_DIR, 'test/deployment/official')

// What stands for the programs of a server, each told by a variable how to answer.
const PROGRAMS: Record<string, string> = {
  docker: `
case "$1 $2" in
  'info '*) exit "\${DOCKER_INFO:-0}" ;;
  'compose version') echo "\${COMPOSE_VERSION:-2.39.4}"; exit ;;
esac
echo "$*" >>"$DOCKER_CALLS"
if [ "$1" = run ]; then
  [ -z "\${RUN_FAILS:-}" ] || exit 125
  exec "$NODE" "$(echo "$*" | sed 's/.* -v \\([^ ]*\\):.claves.ts:ro .*/\\1/')" "$(echo "$*" | sed 's/.* -v \\([^ ]*\\):.env:ro .*/\\1/')" $(echo "$*" | sed -n 's/.* .env \\(sesiones\\)$/\\1/p')
fi
case "$*" in
  'compose config'*) exit "\${CONFIG:-0}" ;;
  *schema_migrations*) ls "$MIGRATIONS" | cut -d_ -f1 | head -n -1 ;;
  *psql*'rol ='*) echo "\${HAS_ADMIN:-f}" ;;
  *psql*) echo t ;;
  'compose ps -q triboka') printf '%s\\n' \${REPLICAS:-} ;;
esac`,
  id: `echo "\${USER_ID:-0}"`,
  ss: `for port in \${TAKEN:-}; do case "$*" in *":$port") echo LISTEN ;; esac; done`,
  // As the real one: a line for each kind of socket; of a name without any, none, and status 2.
  getent: `
case "$1" in
  ahostsv4) found=\${ADDRESS-203.0.113.5} ;;
  # Of a name that has IPv4 alone, it is written in this form.
  ahostsv6) found=\${ADDRESS6-::ffff:203.0.113.5} ;;
esac
[ -n "$found" ] || exit 2
for one in $found; do printf '%s %s\\n' "$one" "STREAM $2" "$one" DGRAM "$one" RAW; done`,
  ip: `
case "$1" in
  -4) echo "2: eth0 inet \${HERE:-203.0.113.5}/24" ;;
  -6) echo '2: eth0 inet6 2001:db8::5/64' ;;
esac`,
}

export interface Server {
  dir: string
  env: NodeJS.ProcessEnv
  envFile: string
  /** The folder of the programs that stand for a server's. */
  bin: string
  /** Runs a script of supabase/docker; both streams, and how it ended. */
  run(script: string, args: string[], env?: NodeJS.ProcessEnv): { status: number | null; output: string }
  /** Supabase makes another release: a line more in its example. @returns its commit. */
  release(line: string): Promise<string>
  /** What docker was told since the last time this was asked. */
  calls(): Promise<string[]>
  dispose(): Promise<void>
}

const git = (cwd: string, ...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=Prueba', '-c', 'user.email=prueba@example.test', ...args], {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim()

export async function makeServer(): Promise<Server> {
  const dir = await makeTempDir('triboka-servidor-')
  const [root, upstream, bin] = [join(dir, 'triboka'), join(dir, 'supabase'), join(dir, 'bin')]
  await cp(join(PROJECT_DIR, 'supabase/docker'), join(root, 'supabase/docker'), { recursive: true })
  await cp(join(PROJECT_DIR, 'supabase/migrations'), join(root, 'supabase/migrations'), { recursive: true })
  await cp(join(PROJECT_DIR, 'package.json'), join(root, 'package.json'))
  await cp(OFFICIAL, join(upstream, 'docker'), { recursive: true })
  git(upstream, 'init', '--quiet')
  git(upstream, 'add', '--all')
  git(upstream, 'commit', '--quiet', '--message', 'release')
  git(upstream, 'tag', 'self-hosted/v0.8.2')
  await mkdir(bin)
  for (const [name, script] of Object.entries(PROGRAMS)) {
    await writeFile(join(bin, name), `#!/bin/sh\n${script}\n`)
    await chmod(join(bin, name), 0o755)
  }
  await writeFile(join(dir, 'os-release'), 'ID=ubuntu\nVERSION_ID=24.04\n')
  await writeFile(join(dir, 'meminfo'), 'MemTotal:       8388608 kB\nSwapTotal:             0 kB\n')
  const callsFile = join(dir, 'calls')
  const env = {
    ...process.env,
    PATH: `${bin}:${process.env.PATH}`,
    NODE: process.execPath,
    DOCKER_CALLS: callsFile,
    MIGRATIONS: join(root, 'supabase/migrations'),
    OS_RELEASE: join(dir, 'os-release'),
    MEMINFO: join(dir, 'meminfo'),
    SUPABASE_REPO: `file://${upstream}`,
    SUPABASE_COMMIT: git(upstream, 'rev-parse', 'HEAD'),
  }
  return {
    dir: root,
    env,
    bin,
    envFile: join(root, 'supabase/docker/oficial/docker/.env'),
    run(script, args, more = {}) {
      const { status, stdout, stderr } = spawnSync(join(root, 'supabase/docker', script), args, {
        env: { ...env, ...more },
        encoding: 'utf8',
      })
      return { status, output: stdout + stderr }
    },
    async release(line) {
      const example = join(upstream, 'docker/.env.example')
      await writeFile(example, `${await readFile(example, 'utf8')}${line}\n`)
      git(upstream, 'commit', '--quiet', '--all', '--message', 'another')
      git(upstream, 'tag', '--force', 'self-hosted/v0.8.2')
      return git(upstream, 'rev-parse', 'HEAD')
    },
    async calls() {
      const text = await readFile(callsFile, 'utf8').catch(() => '')
      await rm(callsFile, { force: true })
      return text.split('\n').filter(Boolean)
    },
    dispose: () => rm(dir, { recursive: true, force: true }),
  }
}

/** The variables of an .env. */
export const readEnvFile = async (file: string): Promise<Record<string, string>> =>
  Object.fromEntries(
    (await readFile(file, 'utf8'))
      .split('\n')
      .flatMap((line) =>
        /^[A-Z0-9_]+=/.test(line) ? [[line.split('=')[0]!, line.slice(line.indexOf('=') + 1)]] : [],
      ),
  )
