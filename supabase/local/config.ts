import { readFile } from 'node:fs/promises'
import { parse } from 'smol-toml'
import { SetupError } from './settings.ts'

/** What the embedded stack uses of supabase/config.toml, with the CLI's defaults. */
export interface Config {
  api: { schemas: string[]; extra_search_path: string[]; max_rows: number }
  auth: Record<string, unknown> & { minimum_password_length?: number }
  /** Largest object, in bytes. */
  fileSizeLimit: number
  realtime: {
    enabled: boolean
    /** Characters of any header of a connection. */
    maxHeaderLength: number
  }
}

const UNITS: Record<string, number> = {
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KIB: 2 ** 10,
  MIB: 2 ** 20,
  GIB: 2 ** 30,
}

/**
 * A size as config.toml writes it.
 * @param where what holds it, for the message of a SetupError.
 * @example parseSize('50MiB') // 52428800
 */
export function parseSize(text: string, where = 'config.toml'): number {
  const match = /^(\d+)\s*([a-z]*)$/i.exec(text.trim())
  const unit = match && UNITS[match[2]!.toUpperCase() || 'B']
  if (!match || !unit) throw new SetupError(`${where}: "${text}" is not a size such as "50MiB".`)
  return Number(match[1]) * unit
}

function readRealtime({ enabled = true, max_header_length: length = 4096 }: Record<string, unknown> = {}) {
  if (typeof enabled !== 'boolean')
    throw new SetupError(`config.toml: realtime.enabled is true or false, not ${JSON.stringify(enabled)}.`)
  if (!Number.isInteger(length) || Number(length) < 1)
    throw new SetupError(
      `config.toml: realtime.max_header_length is a whole number from 1, not ${JSON.stringify(length)}.`,
    )
  return { enabled, maxHeaderLength: Number(length) }
}

/** Reads supabase/config.toml (or another file of that form). */
export async function readConfig(
  file: URL | string = new URL('../config.toml', import.meta.url),
): Promise<Config> {
  const toml = parse(await readFile(file, 'utf8')) as Record<string, Record<string, unknown> | undefined>
  return {
    api: {
      schemas: ['public'],
      extra_search_path: ['public', 'extensions'],
      max_rows: 1000,
      ...(toml.api as Partial<Config['api']>),
    },
    auth: toml.auth ?? {},
    fileSizeLimit: parseSize(String(toml.storage?.file_size_limit ?? '50MiB')),
    realtime: readRealtime(toml.realtime),
  }
}
