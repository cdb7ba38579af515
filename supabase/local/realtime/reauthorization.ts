import pg from 'pg'

/** NOTIFY of this channel says that who may hear a topic has changed; its payload is the topic, or nothing for all. */
export const REAUTHORIZE = 'realtime_reauthorize'

const RETRY_MS = 1000

/**
 * Listens to Postgres for changes of who may hear what.
 * @param onChange takes the topic; null when it may be any: also after the connection was lost for a while.
 */
export function listenForReauthorization(
  url: string,
  onChange: (topic: string | null) => void,
): { close(): Promise<void> } {
  let client: pg.Client | undefined
  let isClosed = false
  let timer: NodeJS.Timeout | undefined

  async function connect(isReconnect: boolean): Promise<void> {
    const next = new pg.Client({ connectionString: url, keepAlive: true })
    next.on('error', () => {})
    next.on('notification', ({ payload }) => onChange(payload || null))
    client = next
    try {
      await next.connect()
      await next.query(`listen ${REAUTHORIZE}`)
      next.once('end', retry)
      if (isReconnect) onChange(null)
    } catch {
      await next.end().catch(() => {})
      retry()
    }
  }
  function retry() {
    if (!isClosed) timer = setTimeout(() => void connect(true), RETRY_MS)
  }

  void connect(false)
  return {
    async close() {
      isClosed = true
      clearTimeout(timer)
      await client?.end().catch(() => {})
    },
  }
}
