import { readFile } from 'node:fs/promises'

/** Bytes of memory that a process holds now, or the most it ever held. */
export async function residentBytes(pid: number, line: 'VmRSS' | 'VmHWM' = 'VmRSS'): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(new RegExp(`${line}:\\s+(\\d+) kB`).exec(status)?.[1]) * 1024
}
