import { onTestFinished } from 'vitest'
import type { Change } from '../../supabase/local/realtime/change.ts'
import { startReplication } from '../../supabase/local/realtime/replication.ts'
import { until } from '../support/until.ts'
import type { useDatabase } from './database.ts'

/** Listeners to the log of a database. */
export function useLog(db: ReturnType<typeof useDatabase>) {
  let tables = 0
  /** A new published table, and a listener to the log that is live. */
  async function follow(
    columns = 'id int primary key, texto text',
    onTransaction?: (changes: Change[]) => unknown,
  ) {
    const table = `t${++tables}`
    await db.sql(
      `create table public.${table} (${columns}); alter publication supabase_realtime add table ${table}`,
    )
    const listener = await listen((changes) => onTransaction?.(changes))
    const mine = () => listener.changes.filter(({ relation }) => relation.table === table)
    return { ...listener, table, mine }
  }

  async function listen(onTransaction: (changes: Change[]) => unknown = () => {}) {
    const changes: Change[] = []
    const batches: number[] = []
    const states: string[] = []
    const replication = await startReplication({
      url: db.url('supabase_admin'),
      onState: (state) => states.push(state),
      async onTransaction(some) {
        await onTransaction(some)
        batches.push(some.length)
        changes.push(...some)
      },
    })
    onTestFinished(() => replication.close())
    await until('the log', replication.isLive)
    return { changes, batches, states, replication }
  }

  return { follow, listen }
}
