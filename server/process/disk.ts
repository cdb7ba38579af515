import { statfs } from 'node:fs/promises'

/** Bytes of the disk that a folder is on. */
export interface Disk {
  /** What whoever is not root may still write. */
  free: number
  size: number
}

/** @throws where the folder is not there. */
export async function diskOf(folder: string): Promise<Disk> {
  const { bavail, blocks, bsize } = await statfs(folder)
  return { free: bavail * bsize, size: blocks * bsize }
}

/** A folder that others fill too, and what its disk is called. */
export interface Folder {
  name: 'data' | 'storage' | 'backups'
  path: string
}

/**
 * The disks of some folders; one that is not there yet is left out.
 * @returns the folders as given, each with its disk.
 */
export async function disksOf(folders: Folder[]): Promise<(Folder & Disk)[]> {
  const found = await Promise.all(
    folders.map(async (folder) => {
      const disk = await diskOf(folder.path).catch(() => null)
      return disk && { ...folder, ...disk }
    }),
  )
  return found.filter((disk) => disk !== null)
}
