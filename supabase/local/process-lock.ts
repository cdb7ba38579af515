import { link, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { isSameProcess, startTimeOf } from './lock.ts'

/** True while the process that took this file lives; one that was killed holds nothing. */
export async function isHeld(file: string): Promise<boolean> {
  const text = await readFile(file, 'utf8').catch(() => null)
  if (text === null) return false
  const [pid, startTime] = text.split(' ')
  return isSameProcess(Number(pid), startTime ?? '')
}

/** Tries once: a link is made whole or not at all, and never over another. */
async function tryTake(draft: string, file: string): Promise<boolean> {
  return link(draft, file).then(
    () => true,
    (error) => {
      if (error.code === 'EEXIST') return false
      throw error
    },
  )
}

/**
 * Takes a file for this process, as long as it lives.
 * @returns how to let go, or null when another process that lives has it.
 */
export async function hold(file: string): Promise<(() => Promise<void>) | null> {
  const mine = `${process.pid} ${(await startTimeOf(process.pid)) ?? ''}`
  const draft = `${file}.${process.pid}`
  await writeFile(draft, mine)
  try {
    for (let attempt = 0; attempt < 3; attempt++) {
      if (await tryTake(draft, file)) return () => rm(file, { force: true })
      if (await isHeld(file)) return null
      // What a killed process left. Moved away first, and looked at again: somebody may just have taken it.
      const aside = `${draft}.stale`
      await rename(file, aside).catch(() => {})
      if (await isHeld(aside)) await rename(aside, file)
      await rm(aside, { force: true })
    }
    return null
  } finally {
    await rm(draft, { force: true })
  }
}
