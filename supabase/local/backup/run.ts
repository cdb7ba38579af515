import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Settings, SetupError } from '../settings.ts'
import { backUp } from './backup.ts'
import { listBackups, noteProof, takeFolder } from './folders.ts'
import { BackupFault } from './manifest.ts'
import { prove } from './prove.ts'
import { type Result, record } from './record.ts'
import { expired } from './retention.ts'
import type { BackupSettings } from './settings.ts'

type Say = (line: string) => void

const reason = (error: unknown) => (error instanceof Error ? error.message : String(error))

/** Runs the command of RESPALDO_COPIA; what it writes is shown. @throws SetupError when it fails. */
async function copyAway(command: string, folder: string): Promise<void> {
  const child = spawn('sh', ['-c', command, 'respaldo', folder], { stdio: ['ignore', 'inherit', 'inherit'] })
  const [code, signal] = await once(child, 'exit')
  if (code !== 0)
    throw new SetupError(`RESPALDO_COPIA ended with ${signal ?? code}: ${folder} is on this machine alone.`)
}

/** Keeps a failure where it is seen; that this fails too must not hide it. */
async function recordFailure(settings: Settings, result: Omit<Result, 'exito'>, error: unknown) {
  await record(settings, { ...result, exito: false, detalle: reason(error) }).catch((second) =>
    console.error(second),
  )
}

/**
 * Makes a backup, removes the old ones, and takes the new one off this machine.
 * @throws what failed, once it is recorded.
 */
export async function runBackup(settings: Settings, backup: BackupSettings, say: Say): Promise<void> {
  const letGo = await takeFolder(backup.dir)
  try {
    const made = await backUp(settings, backup, say).catch(async (error) => {
      await recordFailure(settings, { tipo: 'respaldo' }, error)
      throw error
    })
    const { name, folder, head } = made
    await record(settings, { tipo: 'respaldo', exito: true, carpeta: name, bytes: head.bytes })
    for (const old of expired(await listBackups(backup.dir))) {
      await rm(join(backup.dir, old), { recursive: true, force: true })
      say(`${old} removed: 7 daily, 4 weekly and 12 monthly ones are kept.`)
    }
    if (!backup.copyCommand) return
    await copyAway(backup.copyCommand, folder).catch(async (error) => {
      await recordFailure(settings, { tipo: 'copia', carpeta: name }, error)
      throw error
    })
    await record(settings, { tipo: 'copia', exito: true, carpeta: name })
    say('Copied off this machine by RESPALDO_COPIA.')
  } finally {
    await letGo()
  }
}

/**
 * Proves the newest backup by restoring it beside whatever runs.
 * @throws what did not hold, once it is recorded.
 */
export async function runProof(settings: Settings, backup: BackupSettings, say: Say): Promise<void> {
  const letGo = await takeFolder(backup.dir)
  try {
    const [newest] = await listBackups(backup.dir)
    if (!newest) throw new SetupError(`There is no backup in ${backup.dir}: npm run respaldo makes one.`)
    say(`Restoring ${newest.name} into a stack of its own…`)
    const proof = await prove(newest.folder, backup, say).catch(async (error) => {
      // That there was no room for it, or no key, says nothing of the backup.
      if (error instanceof BackupFault) await noteProof(newest.folder, false, reason(error))
      await recordFailure(settings, { tipo: 'prueba', carpeta: newest.name }, error)
      throw error
    })
    const found = `${proof.rows} rows, ${proof.documents} documents, ${proof.objects} files; ${proof.seconds.toFixed(0)} s`
    await noteProof(newest.folder, true, found)
    await record(settings, { tipo: 'prueba', exito: true, carpeta: newest.name, detalle: found })
    say(`${newest.name} restores: ${found}.`)
  } finally {
    await letGo()
  }
}
