// npm run restaurar -- <date>: a backup into the empty DATA_DIR and STORAGE_DIR of the environment.
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { listBackups } from '../supabase/local/backup/folders.ts'
import { restore } from '../supabase/local/backup/restore.ts'
import { readBackupSettings } from '../supabase/local/backup/settings.ts'
import { readCommandLine } from '../supabase/local/command-line.ts'
import { readSettings, SetupError } from '../supabase/local/settings.ts'
import { isExternal, main } from './target.ts'

const { positionals } = readCommandLine({
  name: 'npm run restaurar',
  about:
    'Pone un respaldo de RESPALDOS_DIR en DATA_DIR y STORAGE_DIR, que deben estar vacíos.\nSin fecha dice cuáles hay (docs/respaldos.md).',
  positionals: ['[fecha]'],
})

const say = (line: string) => process.stdout.write(`${line}\n`)

await main(async () => {
  if (isExternal())
    throw new SetupError(
      'restaurar is for the embedded stack: docs/respaldos.md tells how a self-hosted one is restored.',
    )
  const backup = readBackupSettings()
  const [name] = positionals
  const names = (await listBackups(backup.dir)).map((found) => found.name)
  if (!name)
    throw new SetupError(
      `Usage: npm run restaurar -- <date>. ${names.length ? `There are: ${names.join(', ')}` : `There is none in ${backup.dir}.`}`,
    )
  const folder = join(backup.dir, name)
  if (!/^[\w-]+$/.test(name) || !(await stat(folder).catch(() => null)))
    throw new SetupError(
      `There is no backup "${name}" in ${backup.dir}${names.length ? `: there are ${names.join(', ')}` : ''}.`,
    )
  const settings = readSettings()
  const head = await restore({ folder, settings, backup, say })
  const rows = Object.values(head.filas).reduce((sum, n) => sum + n, 0)
  say(`Restored as of ${head.fin}: ${rows} rows. npm start brings it up.`)
})
