import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chownSync, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { SetupError } from '../settings.ts'

/** The unprivileged account that runs Postgres when the stack is started by root. */
export interface Owner {
  name: string
  uid: number
  gid: number
}

const SHARED_HOME = '/var/lib/triboka'

function account(match: (fields: string[]) => boolean): Owner | null {
  for (const line of readFileSync('/etc/passwd', 'utf8').split('\n')) {
    const fields = line.split(':')
    if (fields.length > 3 && match(fields)) {
      return { name: fields[0]!, uid: Number(fields[2]), gid: Number(fields[3]) }
    }
  }
  return null
}

/** True when the account can walk to the path; asked of the kernel, so ACLs and mounts count. */
export function canReach(owner: Owner, path: string): boolean {
  let existing = path
  while (!existsSync(existing)) existing = dirname(existing)
  return spawnSync('test', ['-x', existing], { uid: owner.uid, gid: owner.gid, cwd: '/' }).status === 0
}

/**
 * Postgres refuses to run as root. Under any other account it runs as that account (null); under root as
 * whoever owns an existing cluster, else `postgres`, else `nobody`.
 */
export function findOwner(clusterDir: string): Owner | null {
  if (process.getuid?.() !== 0) return null
  if (existsSync(clusterDir)) {
    const { uid } = statSync(clusterDir)
    const current = uid === 0 ? null : account((fields) => Number(fields[2]) === uid)
    if (current) return current
  }
  const owner = account(([name]) => name === 'postgres') ?? account(([name]) => name === 'nobody')
  if (!owner) {
    throw new SetupError(
      'Postgres cannot run as root and this machine has no "postgres" or "nobody" account: create one (useradd --system postgres) or start as another user.',
    )
  }
  return owner
}

/**
 * Chooses the folder of the cluster: DATA_DIR/postgres, or a folder of /var/lib/triboka named after
 * DATA_DIR where the account that runs Postgres cannot walk to DATA_DIR.
 */
export function prepareClusterHome(dataDir: string): { home: string; owner: Owner | null } {
  const preferred = join(dataDir, 'postgres')
  const owner = findOwner(join(preferred, 'data'))
  mkdirSync(preferred, { recursive: true })
  if (!owner) return { home: preferred, owner }

  let home = preferred
  if (!canReach(owner, preferred)) {
    home = join(SHARED_HOME, createHash('sha256').update(dataDir).digest('hex').slice(0, 16))
    try {
      mkdirSync(home, { recursive: true, mode: 0o755 })
    } catch (cause) {
      throw new SetupError(
        `The account "${owner.name}" runs Postgres and cannot reach ${dataDir}, nor could ${home} be made: set DATA_DIR to a folder that "${owner.name}" can reach, or start as a user that is not root.`,
        { cause },
      )
    }
    if (!canReach(owner, home)) {
      throw new SetupError(
        `The account "${owner.name}" runs Postgres and can reach neither ${dataDir} nor ${home}: set DATA_DIR to a folder that it can reach, or start as a user that is not root.`,
      )
    }
  }
  chownSync(home, owner.uid, owner.gid)
  return { home, owner }
}
