import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { hold } from '../process-lock.ts'
import { SetupError } from '../settings.ts'
import { MANIFEST_SUM } from './manifest.ts'

const NAME = /^\d{4}-\d{2}-\d{2}(-\d+)?$/
const UNDER_WAY = /^\.en-curso-\d+(\.lista)?$/
const PROOF = 'prueba.json'

/** The day in Ecuador, which names a backup. */
export const dayOf = (moment: Date) =>
  new Intl.DateTimeFormat('en-CA', { timeZone: 'America/Guayaquil' }).format(moment)

const [day, number] = [(name: string) => name.slice(0, 10), (name: string) => Number(name.slice(11) || 1)]

/** A backup that is whole. */
export interface BackupFolder {
  name: string
  folder: string
  /** False when a proof found that it does not restore. */
  isGood: boolean
  /** True when a proof restored it. */
  isProven: boolean
}

/** Writes down what a proof of a backup found. */
export const noteProof = (folder: string, exito: boolean, detalle: string) =>
  writeFile(
    join(folder, PROOF),
    `${JSON.stringify({ fecha: new Date().toISOString(), exito, detalle }, null, 2)}\n`,
  )

async function readProof(folder: string): Promise<{ isGood: boolean; isProven: boolean }> {
  const text = await readFile(join(folder, PROOF), 'utf8').catch(() => null)
  const isProven = text !== null && JSON.parse(text).exito === true
  return { isGood: text === null || isProven, isProven }
}

/** The whole backups of a folder, newest first. */
export async function listBackups(dir: string): Promise<BackupFolder[]> {
  const names = (await readdir(dir).catch(() => [])).filter((name) => NAME.test(name))
  names.sort((a, b) => day(b).localeCompare(day(a)) || number(b) - number(a))
  const found: BackupFolder[] = []
  for (const name of names) {
    const folder = join(dir, name)
    if (await stat(join(folder, MANIFEST_SUM)).catch(() => null))
      found.push({ name, folder, ...(await readProof(folder)) })
  }
  return found
}

/**
 * Takes the folder of backups for this process and sweeps what a killed one left half done.
 * @throws SetupError when another process is at work in it.
 */
export async function takeFolder(dir: string): Promise<() => Promise<void>> {
  await mkdir(dir, { recursive: true, mode: 0o700 })
  const letGo = await hold(join(dir, '.candado'))
  if (!letGo)
    throw new SetupError(`Another backup, proof or retention is at work in ${dir}: wait until it has ended.`)
  for (const name of await readdir(dir))
    if (UNDER_WAY.test(name)) await rm(join(dir, name), { recursive: true, force: true })
  return letGo
}

/** An empty folder for a backup that is being made. Its name is none of a backup. */
export async function makeDraftFolder(dir: string): Promise<string> {
  const folder = join(dir, `.en-curso-${process.pid}`)
  await mkdir(folder, { mode: 0o700 })
  return folder
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  await handle.sync().finally(() => handle.close())
}

/** Makes the names in a folder durable, and in those below it; the files are already. */
async function syncFolders(folder: string, depth: number): Promise<void> {
  await syncFolder(folder)
  if (depth === 0) return
  for (const entry of await readdir(folder, { withFileTypes: true }))
    if (entry.isDirectory()) await syncFolders(join(folder, entry.name), depth - 1)
}

/** Gives a whole backup its name: that of its day, with a number from the second on. */
export async function publish(draft: string, dir: string, moment: Date): Promise<string> {
  // One more than the last of the day: a number that was removed is not given again, or a new one would look older.
  const numbers = (await readdir(dir))
    .filter((found) => NAME.test(found) && day(found) === dayOf(moment))
    .map(number)
  const name = numbers.length ? `${dayOf(moment)}-${Math.max(...numbers) + 1}` : dayOf(moment)
  await syncFolders(draft, 2)
  await rename(draft, join(dir, name))
  await syncFolder(dir)
  return name
}
