import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { type Settings, SetupError, stackFile } from './settings.ts'

/** What DATA_DIR/stack.json says of the stack that holds it. */
export interface Lock {
  pid: number
  /** When that process began, in clock ticks since boot: tells it from another of the same number. */
  startTime: string
  settings: Settings
  /** False while it is starting or stopping. */
  isReady: boolean
}

/**
 * Start time of a process from /proc; '' when it is gone, null where the system has no /proc. One that was killed and
 * that its parent has not asked about yet (as in a container without an init) is gone: it holds nothing any more.
 */
export async function startTimeOf(pid: number): Promise<string | null> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null)
  if (text !== null) {
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return /^[ZX]/.test(fields[0]!) ? '' : (fields[19] ?? '')
  }
  return (await readFile('/proc/self/stat', 'utf8').catch(() => null)) === null ? null : ''
}

/** Is this still the process that it was? A number that another program got since is not. */
export async function isSameProcess(pid: number, startTime: string): Promise<boolean> {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  const current = await startTimeOf(pid)
  return current === null || current === startTime
}

async function read(settings: Settings): Promise<Lock | null> {
  const text = await readFile(stackFile(settings), 'utf8').catch(() => null)
  return text ? (JSON.parse(text) as Lock) : null
}

/** The stack that runs on a DATA_DIR and is ready; null when none does. */
export async function findRunning(settings: Settings): Promise<Lock | null> {
  const lock = await read(settings)
  return lock?.isReady && (await isSameProcess(lock.pid, lock.startTime)) ? lock : null
}

/**
 * Takes a DATA_DIR for this process.
 * @returns whether the last stack was killed before it could let go, and how to say that this one is ready
 * and how to let go.
 * @throws SetupError when another stack holds it.
 */
export async function acquire(settings: Settings) {
  const file = stackFile(settings)
  const previous = await read(settings)
  if (previous && previous.pid !== process.pid && (await isSameProcess(previous.pid, previous.startTime))) {
    throw new SetupError(
      `A stack already runs on ${settings.dataDir} (process ${previous.pid}): stop it, or give this one its own DATA_DIR and ports.`,
    )
  }
  const lock: Lock = {
    pid: process.pid,
    startTime: (await startTimeOf(process.pid)) ?? '',
    settings,
    isReady: false,
  }
  const draft = `${file}.${process.pid}`
  const write = async (isReady: boolean) => {
    await writeFile(draft, JSON.stringify({ ...lock, isReady }))
    await rename(draft, file)
  }
  await write(false)
  return {
    wasKilled: previous !== null,
    setReady: () => write(true),
    release: () => rm(file, { force: true }),
  }
}
