import { createWriteStream, existsSync } from 'node:fs'
import { chown, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { loadKeys } from '../keys.ts'
import { acquire, findRunning } from '../lock.ts'
import { findFreePorts } from '../ports.ts'
import { databaseUrl } from '../postgres/bootstrap.ts'
import { SUPERUSER, startCluster } from '../postgres/cluster.ts'
import { isKnown } from '../postgres/migrate.ts'
import { prepareClusterHome } from '../postgres/owner.ts'
import { restoreMark, type Settings, SetupError } from '../settings.ts'
import { fileOf, prepareFolders } from '../storage/driver/paths.ts'
import { CLUSTER_FILE, EVIDENCE_KEY_FILE, KEYS_FILE } from './backup.ts'
import { bytesOf } from './draft.ts'
import { type Head, readEntries, readHead } from './manifest.ts'
import { progress } from './progress.ts'
import { compareRoot } from './root.ts'
import { makeUnseal, type Unseal } from './seal.ts'
import type { BackupSettings } from './settings.ts'
import { FILES_FOLDER } from './stored-files.ts'
import { untarGzip } from './untar.ts'
import { verifyFiles } from './verify.ts'

type Say = (line: string) => void

/** Longer than any log takes to be replayed. */
const RECOVERY_MS = 24 * 3600_000

/** The page that tells what the folder is for: no document, and no reason to call a STORAGE_DIR used. */
const SIGN = 'README.md'

const contentsOf = async (folder: string) =>
  (await readdir(folder, { withFileTypes: true }).catch(() => []))
    .filter((entry) => !(entry.name === SIGN && entry.isFile()))
    .map(({ name }) => name)

const isEmpty = async (folder: string) => (await contentsOf(folder)).length === 0

/** @throws SetupError unless both folders are empty: a restore never touches what is there. */
async function mustBeEmpty(settings: Settings): Promise<void> {
  const { dataDir, storageDir } = settings
  const running = await findRunning(settings)
  if (running)
    throw new SetupError(
      `A stack runs on ${dataDir} (process ${running.pid}): a restore goes into an empty folder, never over a living database.`,
    )
  for (const [variable, folder] of [
    ['DATA_DIR', dataDir],
    ['STORAGE_DIR', storageDir],
  ] as const) {
    if (!(await isEmpty(folder)))
      throw new SetupError(
        `${folder} is not empty: move it away, or restore elsewhere with ${variable}=<empty folder>.`,
      )
  }
}

async function emptyFolder(folder: string): Promise<void> {
  for (const name of await contentsOf(folder)) await rm(join(folder, name), { recursive: true, force: true })
}

/** Reads a file of the backup as it was before it was encrypted. */
async function read(folder: string, path: string, unseal: Unseal | null) {
  const body = bytesOf(join(folder, unseal ? `${path}.age` : path))
  return unseal ? unseal(body) : body
}

async function restoreStoredFiles(
  folder: string,
  head: Head,
  storageDir: string,
  unseal: Unseal | null,
  say: Say,
) {
  const folders = await prepareFolders(storageDir, head.sistema)
  const tell = progress(say, (files) => `files: ${files}`)
  let files = 0
  for await (const { ruta } of readEntries(folder)) {
    if (!ruta.startsWith(`${FILES_FOLDER}/`)) continue
    const path = unseal ? ruta.replace(/\.age$/, '') : ruta
    const target = fileOf(folders, path.split('/').at(-1)!)
    await mkdir(dirname(target), { recursive: true })
    await pipeline(await read(folder, path, unseal), createWriteStream(target, { flags: 'wx', flush: true }))
    tell(++files)
  }
  return files
}

/** Lets Postgres replay the log up to the moment of the backup, and not a record further. */
async function recover(settings: Settings, head: Head, inspect: NonNullable<RestoreOptions['inspect']>) {
  const { dbPassword: password } = await loadKeys(settings.dataDir)
  const [port] = await findFreePorts(1)
  const cluster = await startCluster({
    dataDir: settings.dataDir,
    port: port!,
    password,
    patienceMs: RECOVERY_MS,
    settings: {
      // The log that the backup needs lies in its own pg_wal: there is nowhere else to fetch from.
      restore_command: 'false',
      recovery_target_lsn: head.lsn!.objetivo,
      recovery_target_inclusive: 'off',
      recovery_target_action: 'promote',
      recovery_target_timeline: 'current',
      // Nobody gets in before it is done.
      hot_standby: 'off',
    },
  })
  try {
    const url = databaseUrl({ port: port!, password }, SUPERUSER)
    await compareRoot(url, head)
    await inspect(url, head)
  } finally {
    await cluster.stop()
  }
}

/** What a restore is made with. */
export interface RestoreOptions {
  /** Folder of the backup. */
  folder: string
  /** Its dataDir and storageDir are where it goes. */
  settings: Settings
  backup: BackupSettings
  say?: Say
  /** Looks at the restored database before anything else has touched it; the URL is of its superuser. */
  inspect?(url: string, head: Head): Promise<void>
}

/**
 * Restores a backup into empty folders, after every file of it has been verified. A stack starts on them as it was.
 * @throws SetupError when the folders are not empty, the backup is of another version of Triboka, or it was truncated or
 * altered, naming the file. Then nothing is left in them.
 */
export async function restore(options: RestoreOptions): Promise<Head> {
  const { folder, settings, backup, say = () => {}, inspect = async () => {} } = options
  const { dataDir, storageDir } = settings
  await mustBeEmpty(settings)
  const head = await readHead(folder)
  if (head.tipo !== 'fisico')
    throw new SetupError(
      `${folder} is a backup of a self-hosted Supabase: docs/respaldos.md says how it is restored.`,
    )
  const { migracion } = head.versiones
  if (migracion && !(await isKnown(migracion)))
    throw new SetupError(
      `${folder} has migration ${migracion}, which these files do not have: it belongs to another version of Triboka. Restore it with that version.`,
    )
  const unseal = head.cifrado ? await makeUnseal(folder, backup) : null
  say(`${await verifyFiles(folder, say)} files verified.`)

  await mkdir(dataDir, { recursive: true })
  const lock = await acquire(settings)
  const { home, owner } = prepareClusterHome(dataDir)
  const cluster = join(home, 'data')
  if (await stat(cluster).catch(() => null)) {
    await emptyFolder(dataDir)
    throw new SetupError(`${cluster} holds the database that ${dataDir} had before: move it away.`)
  }
  try {
    await writeFile(restoreMark(dataDir), `${folder}\n`)
    await untarGzip(await read(folder, CLUSTER_FILE, unseal), cluster, owner)
    const signal = join(cluster, 'recovery.signal')
    await writeFile(signal, '')
    if (owner) await chown(signal, owner.uid, owner.gid)
    for (const name of [KEYS_FILE, EVIDENCE_KEY_FILE]) {
      // A backup of before there were evidences has no key of theirs, nor one whose environment held it.
      if (name === EVIDENCE_KEY_FILE && !existsSync(join(folder, unseal ? `${name}.age` : name))) continue
      await pipeline(
        await read(folder, name, unseal),
        createWriteStream(join(dataDir, name), { flags: 'wx', mode: 0o600, flush: true }),
      )
    }
    const files = await restoreStoredFiles(folder, head, storageDir, unseal, say)
    say(`${files} files restored. Recovering the database…`)
    await recover(settings, head, inspect)
    await rm(restoreMark(dataDir))
    await lock.release()
    return head
  } catch (error) {
    // Both were empty: what is there is of this restore.
    await rm(cluster, { recursive: true, force: true })
    await emptyFolder(storageDir)
    await emptyFolder(dataDir)
    throw error
  }
}
