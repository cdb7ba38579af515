import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type pg from 'pg'
import { loadKeys } from '../keys.ts'
import { findRunning } from '../lock.ts'
import { databaseUrl } from '../postgres/bootstrap.ts'
import { SUPERUSER } from '../postgres/cluster.ts'
import { type Settings, SetupError } from '../settings.ts'
import { keepVersions } from '../storage/driver/keep.ts'
import { prepareFolders } from '../storage/driver/paths.ts'
import { beginClusterBackup, type ClusterBackup } from './cluster.ts'
import { asBody, bytesOf, type Draft, openDraft } from './draft.ts'
import { dayOf, listBackups, makeDraftFolder, publish } from './folders.ts'
import { type Head, readHead, writeManifest } from './manifest.ts'
import { countRows, type Moment } from './moment.ts'
import { progress } from './progress.ts'
import { IDENTITY_FILE, makeSeal } from './seal.ts'
import type { BackupSettings } from './settings.ts'
import { copyStoredFiles, type Previous } from './stored-files.ts'
import { tarGzip } from './tar.ts'

export const CLUSTER_FILE = 'base.tar.gz'
export const KEYS_FILE = 'keys.json'
/** What signs the evidences, where the environment does not say it. */
export const EVIDENCE_KEY_FILE = 'evidencia.key'

type Say = (line: string) => void

async function lastPhysical(dir: string): Promise<Previous | null> {
  for (const { folder } of await listBackups(dir)) {
    const head = await readHead(folder).catch(() => null)
    if (head?.tipo === 'fisico') return { folder, recipient: head.cifrado }
  }
  return null
}

async function lastMigration(client: pg.Client): Promise<string | null> {
  const { rows } = await client.query(
    'select max(version) as version from supabase_migrations.schema_migrations',
  )
  return rows[0].version
}

async function lastRoot(client: pg.Client): Promise<string | null> {
  const { rows } = await client.query('select nota from privado.ultima_raiz()')
  return rows[0]?.nota ?? null
}

async function copyCluster(draft: Draft, cluster: ClusterBackup, say: Say) {
  const tell = progress(say, (bytes) => `database: ${(bytes / 1e6).toFixed(0)} MB read`)
  let copied: Awaited<ReturnType<ClusterBackup['copy']>> | undefined
  await draft.write(
    CLUSTER_FILE,
    tarGzip(async (tar) => {
      copied = await cluster.copy(tar, tell)
    }),
  )
  return copied!
}

/**
 * Makes a backup of the running stack, without stopping it, in the folder of backups, which this process has taken.
 * @returns its name and what its manifest says.
 * @throws SetupError when nothing runs, or another backup of this stack is under way.
 */
export async function backUp(
  settings: Settings,
  backup: BackupSettings,
  say: Say = () => {},
): Promise<{ name: string; folder: string; head: Head }> {
  const running = await findRunning(settings)
  if (!running) throw new SetupError(`Nothing runs on ${settings.dataDir}: a backup is of a running stack.`)
  const { dataDir, storageDir, dbPort } = running.settings
  const keys = await loadKeys(dataDir)
  const url = databaseUrl({ port: dbPort, password: keys.dbPassword }, SUPERUSER)
  const begun = new Date()
  const last = await lastPhysical(backup.dir)
  const seal = await makeSeal(backup, last?.folder ?? null)
  const previous = last && last.recipient === (seal?.recipient ?? null) ? last : null

  const folder = await makeDraftFolder(backup.dir)
  const draft = await openDraft(folder, seal, settings.diskReserve)
  const ends: (() => Promise<unknown>)[] = [() => draft.close()]
  try {
    const cluster = await beginClusterBackup(url, `respaldo ${dayOf(begun)}`)
    ends.push(() => cluster.close())
    const folders = await prepareFolders(storageDir, cluster.system)
    const letGo = await keepVersions(folders)
    if (!letGo) throw new SetupError('Another backup of this stack is under way: wait until it has ended.')
    ends.push(letGo)

    const { moment, stopLsn } = await copyCluster(draft, cluster, say)
    ends.push(() => moment.close())
    // From here on the log is nobody's business: it may be recycled while the files are copied.
    await cluster.close()
    await draft.write(KEYS_FILE, bytesOf(join(dataDir, KEYS_FILE)))
    if (existsSync(join(dataDir, EVIDENCE_KEY_FILE)))
      await draft.write(EVIDENCE_KEY_FILE, bytesOf(join(dataDir, EVIDENCE_KEY_FILE)))
    // Encrypted by itself already.
    if (seal?.identity) await draft.writeAsIs(IDENTITY_FILE, asBody(seal.identity))
    const tell = progress(say, (files) => `files: ${files}`)
    const { files, linked } = await copyStoredFiles(draft, moment, folders, previous, tell)
    const head = await describe(moment, cluster, draft, {
      begun,
      stopLsn,
      recipient: seal?.recipient ?? null,
    })
    await draft.close()
    await writeManifest(folder, head, draft.list)
    const name = await publish(folder, backup.dir, begun)
    say(
      `${name}: ${files} files, ${linked} of them as in the last backup; ${(head.bytes / 1e6).toFixed(1)} MB.`,
    )
    return { name, folder: join(backup.dir, name), head }
  } finally {
    for (const end of ends.reverse()) await end().catch(() => {})
    await rm(folder, { recursive: true, force: true })
    await rm(draft.list, { force: true })
  }
}

async function describe(
  { client, lsn }: Moment,
  { system, version, startLsn }: ClusterBackup,
  draft: Draft,
  { begun, stopLsn, recipient }: { begun: Date; stopLsn: string; recipient: string | null },
): Promise<Head> {
  const [filas, migracion, raiz] = [
    await countRows(client),
    await lastMigration(client),
    await lastRoot(client),
  ]
  const ended = new Date()
  return {
    formato: 1,
    tipo: 'fisico',
    inicio: begun.toISOString(),
    fin: ended.toISOString(),
    segundos: (ended.getTime() - begun.getTime()) / 1000,
    versiones: { postgres: version, migracion },
    lsn: { inicio: startLsn, fin: stopLsn, objetivo: lsn },
    sistema: system,
    filas,
    raiz,
    cifrado: recipient,
    bytes: draft.bytes(),
  }
}
