import { copyFile, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { migrate } from '../../supabase/local/postgres/migrate.ts'
import { createDatabases, withTemporaryCluster } from '../../supabase/local/postgres/temporary.ts'
import { PROJECT_DIR } from '../../supabase/local/settings.ts'

const MIGRATIONS = join(PROJECT_DIR, 'supabase/migrations')

/**
 * A database as it was before a migration, for rows of then.
 * @param name of the migration, without its date.
 * @param work puts the rows there, applies the migration and looks at what became of them.
 */
export async function beforeMigration(
  name: string,
  work: (url: string, applyMigration: () => Promise<unknown>) => Promise<void>,
): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'triboka-migracion-'))
  const folder = pathToFileURL(`${dir}/`)
  try {
    await withTemporaryCluster(async (db) => {
      const { base: url } = (await createDatabases(db, ['base'])) as { base: string }
      const files = (await readdir(MIGRATIONS)).filter((file) => file.endsWith('.sql')).sort()
      const at = files.findIndex((file) => file.slice(15) === `${name}.sql`)
      for (const file of files.slice(0, at)) await copyFile(join(MIGRATIONS, file), join(dir, file))
      await migrate(url, folder)
      await work(url, async () => {
        await copyFile(join(MIGRATIONS, files[at]!), join(dir, files[at]!))
        await migrate(url, folder)
      })
    })
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}
