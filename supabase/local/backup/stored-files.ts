import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type pg from 'pg'
import { SetupError } from '../settings.ts'
import type { StoreFolders } from '../storage/driver/paths.ts'
import { fileOf } from '../storage/driver/paths.ts'
import { bytesOf, type Draft } from './draft.ts'
import { type Entry, readEntries, sumOf } from './manifest.ts'
import { inBatches, type Moment } from './moment.ts'

export const FILES_FOLDER = 'archivos'

/** Path of a version inside a backup. */
export const versionPath = (version: string) => `${FILES_FOLDER}/${version.slice(0, 2)}/${version}`

const VERSIONS = `
  select o.version, o.bucket_id || '/' || o.name as nombre, coalesce(d.verificacion = 'sin archivo', false) as perdido
  from storage.objects o left join public.documentos_contrato d on d.url_archivo = o.bucket_id || '/' || o.name
  where o.version is not null order by o.version collate "C"`

/** The last backup, whose files are the same where the version is: a version never changes its bytes. */
export interface Previous {
  folder: string
  /** What its files are encrypted to. */
  recipient: string | null
}

/** Finds entries by path in a list that is in order, asked in that order: one pass, whatever their number. */
function inOrder(entries: AsyncIterator<Entry>) {
  let current: Entry | undefined
  let isOver = false
  return async (path: string): Promise<Entry | null> => {
    while (!isOver && (current === undefined || current.ruta < path)) {
      const next = await entries.next()
      isOver = next.done === true
      current = next.done ? undefined : next.value
    }
    return current?.ruta === path ? current : null
  }
}

async function* storedEntries(folder: string): AsyncGenerator<Entry> {
  for await (const entry of readEntries(folder)) if (entry.ruta.startsWith(`${FILES_FOLDER}/`)) yield entry
}

/** The bytes as the last backup has them, looked at again: a damaged file must not be handed on from one to the next. */
async function isIntact(entry: Entry, folder: string): Promise<boolean> {
  const found = await sumOf(join(folder, entry.ruta)).catch(() => null)
  return found?.bytes === entry.bytes && found.sha256 === entry.sha256
}

interface Stored {
  version: string
  nombre: string
  /** True for the file of a paper that is known to be lost: its parties and the administrators were told. */
  perdido: boolean
}

/**
 * @returns null for what is known to be lost.
 * @throws SetupError when a row has no bytes: a loss that somebody must look at, and not carry on from day to day.
 */
async function sourceOf(folders: StoreFolders, { version, nombre, perdido }: Stored) {
  const file = fileOf(folders, version)
  if (await stat(file).catch(() => null)) return bytesOf(file)
  if (perdido) return null
  throw new SetupError(
    `${nombre} has lost its bytes (${file}): put them back from the last backup or, if it is no paper of a contract, remove the object by the Storage API.`,
  )
}

/**
 * Copies the bytes of every object that exists at a moment. What the last backup has is linked, not copied.
 * @returns how many files, and how many of them were linked.
 */
export async function copyStoredFiles(
  draft: Draft,
  moment: Moment,
  folders: StoreFolders,
  previous: Previous | null,
  onProgress: (files: number) => void,
): Promise<{ files: number; linked: number }> {
  const find = previous ? inOrder(storedEntries(previous.folder)) : async () => null
  let [files, linked] = [0, 0]
  for await (const rows of inBatches<Stored & pg.QueryResultRow>(moment.client, VERSIONS)) {
    for (const stored of rows) {
      const path = versionPath(stored.version)
      const known = await find(draft.pathOf(path))
      const isLinked =
        known !== null &&
        (await isIntact(known, previous!.folder)) &&
        (await draft.adopt(known, previous!.folder))
      if (isLinked) linked++
      else {
        const source = await sourceOf(folders, stored)
        if (!source) continue
        await draft.write(path, source)
      }
      files++
      onProgress(files)
    }
  }
  return { files, linked }
}
