import { expect, test } from 'vitest'
import { beginClusterBackup } from '../../supabase/local/backup/cluster.ts'
import { tarGzip } from '../../supabase/local/backup/tar.ts'
import { databaseUrl } from '../../supabase/local/postgres/bootstrap.ts'
import { SUPERUSER } from '../../supabase/local/postgres/cluster.ts'
import { withTemporaryCluster } from '../../supabase/local/postgres/temporary.ts'
import { connected } from '../support/sql.ts'

const SEGMENT = 16 * 1024 * 1024

// On a cluster without Realtime, whose own slot would hold the log as well.
test('el registro que un respaldo necesita no se recicla, por mucho que se escriba mientras se copia', async () => {
  await withTemporaryCluster(async (db) => {
    const url = databaseUrl(db, SUPERUSER)
    await connected(url, async (client) => {
      const cluster = await beginClusterBackup(url, 'prueba')
      for (let n = 0; n < 8; n++) {
        await client.query(
          `select pg_logical_emit_message(false, 'prueba', repeat(md5(random()::text), 10000))`,
        )
        await client.query('select pg_switch_wal()')
        // Without the slot, each would take away the segments before it.
        await client.query('checkpoint')
      }
      const names: string[] = []
      let lsn = ''
      const archive = tarGzip(async (tar) => {
        const { moment } = await cluster.copy(
          {
            addFolder: tar.addFolder,
            addFile(name, size, body) {
              names.push(name)
              return tar.addFile(name, size, body)
            },
          },
          () => {},
        )
        lsn = moment.lsn
        await moment.close()
      })
      for await (const chunk of archive) expect(chunk.length).toBeGreaterThan(0)
      await cluster.close()
      const { rows } = await client.query('select $1::pg_lsn - $2::pg_lsn as bytes', [lsn, cluster.startLsn])
      expect(Number(rows[0].bytes)).toBeGreaterThan(7 * SEGMENT)
      expect(names.filter((name) => /^pg_wal\/[0-9A-F]{24}$/.test(name)).length).toBeGreaterThanOrEqual(8)
      const left = await client.query('select from pg_replication_slots')
      expect(left.rows).toEqual([])
    })
  })
})
