import { randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Mail, SendMail } from './letter.ts'

/** A mail that was kept in place of being sent. */
export interface KeptMail extends Mail {
  id: string
  from: string
  /** When, ISO 8601. */
  date: string
}

const MOST_MAILS = 500
const LONGEST_KEPT_MS = 7 * 24 * 3600_000

// A name begins with the time in milliseconds, of as many digits until the year 2286: their order is that of time.
const NAME = /^(\d{13}-[0-9a-f-]{36})\.json$/
/** Of one that was being written when the process was killed. */
const DRAFT = /^\d{13}-[0-9a-f-]{36}\.json\.new$/
const DRAFT_MS = 60_000

/** The names of what is kept, the newest first. */
async function names(folder: string): Promise<string[]> {
  const found = await readdir(folder).catch(() => [])
  return found.filter((name) => NAME.test(name)).sort((a, b) => (a < b ? 1 : -1))
}

async function prune(folder: string): Promise<void> {
  const oldest = Date.now() - LONGEST_KEPT_MS
  const found = await readdir(folder).catch(() => [])
  const writtenAt = (name: string) => Number(name.slice(0, 13))
  const gone = [
    ...(await names(folder)).filter((name, place) => place >= MOST_MAILS || writtenAt(name) < oldest),
    ...found.filter((name) => DRAFT.test(name) && writtenAt(name) < Date.now() - DRAFT_MS),
  ]
  await Promise.all(gone.map((name) => rm(join(folder, name), { force: true })))
}

/**
 * What keeps mails as files where none can be sent: links and codes stand in them, so they are for their owner alone.
 * No more than the newest 500 stay, and none longer than 7 days.
 */
export function openMailbox(folder: string, from: string): SendMail {
  return async ({ to, subject, text, html }) => {
    const id = `${Date.now()}-${randomUUID()}`
    const mail: KeptMail = { id, date: new Date().toISOString(), from, to, subject, text, html }
    const file = join(folder, `${id}.json`)
    await mkdir(folder, { recursive: true, mode: 0o700 })
    try {
      await writeFile(`${file}.new`, JSON.stringify(mail), { mode: 0o600 })
      await rename(`${file}.new`, file)
    } catch (error) {
      // A full disk keeps no half of one.
      await rm(`${file}.new`, { force: true })
      throw error
    }
    await prune(folder)
  }
}

/** A mail by its id; undefined where there is none. */
export async function readKept(folder: string, id: string): Promise<KeptMail | undefined> {
  if (!NAME.test(`${id}.json`)) return undefined
  const text = await readFile(join(folder, `${id}.json`), 'utf8').catch(() => undefined)
  return text === undefined ? undefined : JSON.parse(text)
}

/** What is kept, the newest first. */
export async function listKept(folder: string): Promise<KeptMail[]> {
  // Where no mail came since, nobody else looks at how old they are.
  await prune(folder)
  const mails = await Promise.all((await names(folder)).map((name) => readKept(folder, name.slice(0, -5))))
  // One that was pruned meanwhile is not there any more.
  return mails.filter((mail) => mail !== undefined)
}
