import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { pipeline } from 'node:stream/promises'
import * as v from 'valibot'
import { SetupError } from '../settings.ts'

export const MANIFEST = 'manifiesto.json'
/** In the format of sha256sum: the manifest vouches for the files, this for the manifest. */
export const MANIFEST_SUM = 'manifiesto.sha256'

/** What is wrong with a backup itself: no other try would find it right. */
export class BackupFault extends SetupError {
  override name = 'BackupFault'
}

const EntrySchema = v.object({
  /** Inside the folder of the backup. */
  ruta: v.pipe(v.string(), v.regex(/^(?!\/)(?!(.*\/)?\.\.(\/|$)).+$/)),
  bytes: v.pipe(v.number(), v.integer(), v.minValue(0)),
  sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
})

/** A file of a backup, as it lies there: encrypted, where the backup is. */
export type Entry = v.InferOutput<typeof EntrySchema>

const HeadSchema = v.object({
  formato: v.literal(1),
  /** `fisico`: files of the cluster and the log they need. `logico`: what pg_dump wrote. */
  tipo: v.picklist(['fisico', 'logico']),
  inicio: v.string(),
  fin: v.string(),
  segundos: v.number(),
  versiones: v.object({ postgres: v.string(), migracion: v.nullable(v.string()) }),
  /** Positions in the log. The restored database is exactly the one of `objetivo`. */
  lsn: v.optional(v.object({ inicio: v.string(), fin: v.string(), objetivo: v.string() })),
  /** Identity of the cluster, which names the folder of its files. */
  sistema: v.pipe(v.string(), v.regex(/^\d+$/)),
  /** Rows of every public table at that moment. */
  filas: v.record(v.string(), v.number()),
  /** The last signed root of the evidences, which a later database must continue; null before the first. */
  raiz: v.optional(v.nullable(v.string())),
  /** The age recipient, or null. */
  cifrado: v.nullable(v.string()),
  bytes: v.number(),
})

/** What a manifest says besides its files. */
export type Head = v.InferOutput<typeof HeadSchema>

const OPENING = '"archivos": ['

/**
 * Writes the manifest: JSON with one line for each file, so that nobody has to hold it whole, and `sha256sum` and
 * `awk` can read it.
 * @param list file with one JSON entry a line.
 */
export async function writeManifest(folder: string, head: Head, list: string): Promise<void> {
  const file = join(folder, MANIFEST)
  const hash = createHash('sha256')
  async function* lines() {
    yield `${JSON.stringify(head, null, 2).slice(0, -2)},\n  ${OPENING}\n`
    let previous: string | undefined
    for await (const line of createInterface({ input: createReadStream(list) })) {
      if (previous !== undefined) yield `    ${previous},\n`
      previous = line
    }
    yield `${previous === undefined ? '' : `    ${previous}\n`}  ]\n}\n`
  }
  const handle = await open(file, 'wx', 0o600)
  await pipeline(
    lines,
    async function* (source: AsyncIterable<string>) {
      for await (const text of source) {
        hash.update(text)
        yield text
      }
    },
    handle.createWriteStream({ flush: true }),
  )
  await writeFile(join(folder, MANIFEST_SUM), `${hash.digest('hex')}  ${MANIFEST}\n`, {
    mode: 0o600,
    flush: true,
  })
}

/** SHA-256 of a file, and its size. */
export async function sumOf(file: string): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256')
  let bytes = 0
  for await (const chunk of createReadStream(file, { highWaterMark: 1024 * 1024 })) {
    hash.update(chunk)
    bytes += chunk.length
  }
  return { bytes, sha256: hash.digest('hex') }
}

const damaged = (folder: string, why: string) =>
  new BackupFault(`${join(folder, MANIFEST)} ${why}: this backup cannot be trusted.`)

/** @throws SetupError when the manifest is not the one that was written. */
async function mustBeIntact(folder: string): Promise<void> {
  const sum = await readFile(join(folder, MANIFEST_SUM), 'utf8').catch(() => null)
  if (sum === null || !(await stat(join(folder, MANIFEST)).catch(() => null)))
    throw new SetupError(`${folder} is not a backup: it has no ${MANIFEST} with its ${MANIFEST_SUM}.`)
  if ((await sumOf(join(folder, MANIFEST))).sha256 !== sum.slice(0, 64))
    throw damaged(folder, `does not match ${MANIFEST_SUM}`)
}

/**
 * Reads what a manifest says besides its files.
 * @throws SetupError when the folder is no backup, or its manifest was truncated or altered.
 */
export async function readHead(folder: string): Promise<Head> {
  await mustBeIntact(folder)
  let text = ''
  for await (const line of createInterface({ input: createReadStream(join(folder, MANIFEST)) })) {
    if (line.trim().startsWith(OPENING)) break
    text += line
  }
  try {
    return v.parse(HeadSchema, JSON.parse(`${text.replace(/,\s*$/, '')}}`))
  } catch {
    throw damaged(folder, 'is not a manifest of this version')
  }
}

/** The files of a backup, in the order in which they were written. */
export async function* readEntries(folder: string): AsyncGenerator<Entry> {
  let isInside = false
  for await (const line of createInterface({ input: createReadStream(join(folder, MANIFEST)) })) {
    const text = line.trim()
    if (isInside && text.startsWith(']')) return
    if (isInside) yield v.parse(EntrySchema, JSON.parse(text.replace(/,$/, '')))
    else isInside = text.startsWith(OPENING)
  }
}
