import pg from 'pg'

const AGAIN_MS = 500
const PATIENCE_MS = 10_000

export interface Listener {
  close(): Promise<void>
}

/**
 * Hears what is notified on a channel until it is closed. A lost connection, or one that cannot be made, is made again
 * after half a second, and again for as long as it takes.
 * @param onNotice takes the payload; null where there is none, and once for each connection: nobody heard what was said
 * before it. When it fails, the connection counts as lost, and the next one calls it again.
 */
export function listen(
  connectionString: string,
  channel: string,
  onNotice: (payload: string | null) => void | Promise<void>,
): Listener {
  let client: pg.Client | undefined
  let timer: NodeJS.Timeout | undefined
  let isClosed = false

  function connect() {
    const current = new pg.Client({ connectionString, keepAlive: true, connectionTimeoutMillis: PATIENCE_MS })
    client = current
    let isLost = false
    const again = () => {
      if (isLost) return
      isLost = true
      current.end().catch(() => {})
      if (!isClosed) timer = setTimeout(connect, AGAIN_MS).unref()
    }
    const hear = async (payload: string | null) => {
      if (!isClosed) await onNotice(payload)
    }
    async function start() {
      await current.connect()
      await current.query(`listen ${current.escapeIdentifier(channel)}`)
      await hear(null)
    }
    current.on('error', again)
    current.on('end', again)
    current.on('notification', ({ payload }) => void hear(payload || null).catch(again))
    start().catch(again)
  }

  connect()
  return {
    async close() {
      isClosed = true
      clearTimeout(timer)
      await client?.end().catch(() => {})
    },
  }
}
