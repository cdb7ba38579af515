// The key that signs the evidences and the last signed root go into a backup, and what is restored has both.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import type { Database } from '../../server/db/types.ts'
import { anclar } from '../../server/evidencia/anclar.ts'
import { keyOfSeed, signedCheckpoint, verifierText } from '../../server/evidencia/checkpoint.ts'
import { verificarTodo } from '../../server/evidencia/todo.ts'
import { backUp, EVIDENCE_KEY_FILE } from '../../supabase/local/backup/backup.ts'
import { MANIFEST, MANIFEST_SUM, sumOf } from '../../supabase/local/backup/manifest.ts'
import { restore } from '../../supabase/local/backup/restore.ts'
import { query } from '../support/sql.ts'
import { startOwnStack } from './support.ts'

vi.setConfig({ testTimeout: 120_000 })
const { settings, backup, url, emptyTarget } = await startOwnStack()

const seed = Buffer.alloc(32, 7)
const signer = { name: 'cacao.example', key: keyOfSeed(seed) }
const asking = (at: string) => ({
  query: (q: string | { text: string }, values?: unknown[]) =>
    query(at, typeof q === 'string' ? q : q.text, values),
})

test('la raíz del manifiesto es la de lo restaurado, con su clave; en uno alterado se nombra', async () => {
  await query(
    url,
    `insert into public.empresas (ruc, nombre, tipo) values ('0992741589001', 'Agroarriba', 'exportadora')`,
  )
  const key = join(settings.dataDir, EVIDENCE_KEY_FILE)
  await writeFile(key, `${seed.toString('base64')}\n`, { mode: 0o600 })
  const database = { as: () => asking(url) } as unknown as Database
  const { nota } = await anclar(database, [signer], [verifierText(signer)])
  const { folder, head } = await backUp(settings, backup)
  expect(head.raiz).toBe(nota)

  const target = await emptyTarget()
  await restore({
    folder,
    settings: target,
    backup,
    // All of it: chains, tables, and that its roots continue the one of the manifest.
    inspect: async (restored) =>
      expect(await verificarTodo(asking(restored) as never, { nota: head.raiz! })).toMatchObject({
        fallas: 0,
        raices: 1,
      }),
  })
  expect(await readFile(join(target.dataDir, EVIDENCE_KEY_FILE))).toEqual(await readFile(key))

  // Whoever wrote the manifest anew, with its sum, to tell another root.
  const manifest = join(folder, MANIFEST)
  const other = signedCheckpoint({ origin: signer.name, size: 1, root: Buffer.alloc(32) }, signer)
  const text = await readFile(manifest, 'utf8')
  expect(text).toContain(JSON.stringify(nota))
  await writeFile(manifest, text.replace(JSON.stringify(nota), JSON.stringify(other)))
  await writeFile(join(folder, MANIFEST_SUM), `${(await sumOf(manifest)).sha256}  ${MANIFEST}\n`)
  await expect(restore({ folder, settings: await emptyTarget(), backup })).rejects.toThrow(
    'the last signed root of the evidences is not that of the manifest',
  )
})
