import * as v from 'valibot'
import type { Folder } from '../process/disk.ts'
import { slot } from '../process/slot.ts'

/** What /salud looks after, of the environment. */
export const SALUD = {
  DATA_DIR: v.optional(v.string(), '.'),
  STORAGE_DIR: v.optional(v.string()),
  RESPALDOS_DIR: v.optional(v.string()),
  DISK_RESERVE_MB: v.optional(
    v.pipe(v.string(), v.regex(/^\d{1,9}$/, 'is not a whole number of MiB')),
    '256',
  ),
  RESPALDOS: v.optional(v.picklist(['on', 'off'], 'is neither on nor off'), 'off'),
}

export interface SaludSettings {
  /** Are backups made every day? Then a missing one is late. */
  respaldos: boolean
  /** Whose disks are looked at, and the bytes that should stay free on each. */
  disks: { folders: Folder[]; reserve: number }
}

export const saludSettingsOf = (
  env: v.InferOutput<v.ObjectSchema<typeof SALUD, undefined>>,
): SaludSettings => ({
  respaldos: env.RESPALDOS === 'on',
  disks: {
    folders: [
      { name: 'data' as const, path: env.DATA_DIR },
      { name: 'storage' as const, path: env.STORAGE_DIR },
      { name: 'backups' as const, path: env.RESPALDOS_DIR },
    ].filter((folder): folder is Folder => folder.path !== undefined),
    reserve: Number(env.DISK_RESERVE_MB) * 2 ** 20,
  },
})

/** What /salud tells of this process; `push` says whether notices are sent to phones. */
export const watched = slot<SaludSettings & { push: boolean }>('What /salud looks after')
