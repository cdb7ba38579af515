import pg from 'pg'
import { BackupFault, type Head } from './manifest.ts'

/**
 * The last signed root of the evidences in a restored database must be the one of the manifest: a history that was
 * rewritten in the backup is another. One of before there were roots names none.
 * @throws BackupFault where it is another, or is not there.
 */
export async function compareRoot(url: string, { raiz }: Pick<Head, 'raiz'>): Promise<void> {
  if (raiz === undefined) return
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query<{ nota: string }>('select nota from privado.ultima_raiz()')
    if ((rows[0]?.nota ?? null) !== raiz)
      throw new BackupFault('the last signed root of the evidences is not that of the manifest')
  } finally {
    await client.end()
  }
}
