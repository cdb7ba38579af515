import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeTempDir } from '../../supabase/local/postgres/temporary.ts'
import { type Program, requireProgram, startProgram } from './programs.ts'

/** A real nginx with a configuration of the test's own. */
export interface Nginx {
  /** Where its pid, logs and temporary files are. */
  dir: string
  /** Puts another http block in place, as an operator does: no connection is cut. */
  reload(http: string): Promise<void>
  /** What went wrong, in its words. */
  errors(): Promise<string>
  /** Of its master. */
  pid(): number
  /** Starts it again, with what it was told last, after something ended it. */
  start(): Promise<void>
  dispose(): Promise<void>
}

// Nothing outside of its folder is written; workers keep the account that started it, which may read the folder.
const around = (dir: string, http: string) => `
${process.getuid?.() === 0 ? 'user root;' : ''}
daemon off;
worker_processes 1;
pid ${dir}/nginx.pid;
error_log ${dir}/error.log warn;
events { worker_connections 4096; }
http {
  access_log off;
  include /etc/nginx/mime.types;
  default_type application/octet-stream;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${dir}/${kind};`).join(' ')}
${http}
}
`

/**
 * Starts the system's nginx.
 * @param http what stands inside the http block.
 * @param ports those of its `listen` directives, on loopback.
 */
export async function startNginx(http: string, ports: number[]): Promise<Nginx> {
  requireProgram('nginx', 'nginx')
  const dir = await makeTempDir('triboka-nginx-')
  const conf = join(dir, 'nginx.conf')
  const remove = () => rm(dir, { recursive: true, force: true })
  await writeFile(conf, around(dir, http))
  let program: Program
  const start = async () => {
    program = await startProgram('nginx', ['-p', dir, '-c', conf, '-e', join(dir, 'error.log')], ports)
  }
  await start().catch(async (error) => {
    await remove()
    throw error
  })
  return {
    dir,
    start,
    pid: () => program.child.pid!,
    async reload(next) {
      await writeFile(conf, around(dir, next))
      program.child.kill('SIGHUP')
    },
    errors: () => readFile(join(dir, 'error.log'), 'utf8'),
    async dispose() {
      await program.stop()
      await remove()
    },
  }
}
