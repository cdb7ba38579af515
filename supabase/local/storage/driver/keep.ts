import { join } from 'node:path'
import { hold, isHeld } from '../../process-lock.ts'
import type { StoreFolders } from './paths.ts'

const fileOf = (folders: StoreFolders) => join(folders.versions, '..', 'respaldo.lock')

/**
 * From now on no version is removed, as long as this process lives: a backup copies what its moment knows of, which
 * may be replaced meanwhile. The sweep takes what stayed without a row.
 * @returns how to let go, or null when another backup of this store is under way.
 */
export const keepVersions = (folders: StoreFolders) => hold(fileOf(folders))

/** True while a backup needs every version. */
export const areVersionsKept = (folders: StoreFolders) => isHeld(fileOf(folders))
