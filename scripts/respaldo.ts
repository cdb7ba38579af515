// npm run respaldo: a backup of the running stack, in RESPALDOS_DIR; --probar restores the newest one and looks at it.
import { stopScratch } from '../supabase/local/backup/prove.ts'
import { runBackup, runProof } from '../supabase/local/backup/run.ts'
import { readBackupSettings } from '../supabase/local/backup/settings.ts'
import { readCommandLine } from '../supabase/local/command-line.ts'
import { readSettings, SetupError } from '../supabase/local/settings.ts'
import { isExternal, main } from './target.ts'

const { options } = readCommandLine({
  name: 'npm run respaldo',
  about:
    'Hace un respaldo de la pila en marcha en RESPALDOS_DIR, sin detenerla, y quita los que ya no tocan\n(docs/respaldos.md).',
  options: { probar: { about: 'no hace uno: restaura el más nuevo aparte y lo comprueba' } },
})

const say = (line: string) => process.stdout.write(`${line}\n`)

await main(async () => {
  if (isExternal())
    throw new SetupError(
      'respaldo is for the embedded stack; a self-hosted one is backed up by supabase/docker/respaldo: docs/respaldos.md.',
    )
  const [settings, backup] = [readSettings(), readBackupSettings()]
  if (!options.probar) return runBackup(settings, backup, say)
  // The scratch stack has a Postgres of its own, which would stay.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => void stopScratch(backup).finally(() => process.exit(1)))
  await runProof(settings, backup, say)
})
// A failed backup may leave a connection open that waits; the message has been written.
if (process.exitCode) process.exit()
