import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SetupError } from './settings.ts'

const DENIED = /^(EACCES|EPERM|EROFS|ENOTDIR)$/
const NO_ROOM = /^(ENOSPC|EDQUOT)$/

const denied = (what: string, code: string) =>
  new SetupError(
    `Cannot write ${what} (${code}): start as the user that owns it, or choose another folder with DATA_DIR, STORAGE_DIR or RESPALDOS_DIR.`,
  )
const noRoom = (what: string) =>
  new SetupError(
    `No space left on the disk of ${what}: free some, or choose a folder of another disk with DATA_DIR, STORAGE_DIR or RESPALDOS_DIR.`,
  )

/**
 * Says a failure of the machine in one line, with what to do; anything else stays as it is.
 * @param what what was being written, where the error does not name it.
 */
export function fromMachine(error: unknown, what = 'a file'): unknown {
  const { code, path, message = '' } = (error ?? {}) as NodeJS.ErrnoException
  if (error instanceof SetupError) return error
  if (NO_ROOM.test(code ?? '') || /no space left on device/i.test(message)) return noRoom(path ?? what)
  if (DENIED.test(code ?? '') && path) return denied(path, code!)
  if (/: permission denied/i.test(message)) return denied(path ?? what, 'EACCES')
  return error
}

/**
 * Makes a folder and writes to it, before anything else depends on it.
 * @param variable the setting that chooses it.
 * @throws SetupError naming both, where it cannot be written.
 */
export async function assertWritable(folder: string, variable: string): Promise<void> {
  const probe = join(folder, `.escritura-${process.pid}`)
  try {
    await mkdir(folder, { recursive: true })
    await writeFile(probe, 'x', { flush: true })
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    const known = fromMachine(error, folder)
    if (known instanceof SetupError && NO_ROOM.test(code)) throw known
    throw new SetupError(
      `${variable}=${folder} cannot be written (${code}): give it to the user that starts the stack, or choose another folder with ${variable}=<folder>.`,
      { cause: error },
    )
  } finally {
    await rm(probe, { force: true }).catch(() => {})
  }
}
