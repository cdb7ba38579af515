import pg from 'pg'

const AGAIN_MS = 1_000

/** Calls back at every notification of a channel, and once after each reconnection. @returns how to stop. */
export function listen(connectionString: string, channel: string, onNotice: () => void): () => Promise<void> {
  let client: pg.Client | undefined
  let isStopped = false
  async function connect() {
    if (isStopped) return
    const current = new pg.Client({ connectionString, keepAlive: true, connectionTimeoutMillis: 10_000 })
    client = current
    let isOver = false
    const again = () => {
      if (isOver) return
      isOver = true
      current.end().catch(() => {})
      setTimeout(() => void connect(), AGAIN_MS).unref()
    }
    current.on('error', again)
    current.on('end', again)
    current.on('notification', onNotice)
    try {
      await current.connect()
      await current.query(`listen ${channel}`)
      onNotice()
    } catch {
      again()
    }
  }
  void connect()
  return async () => {
    isStopped = true
    await client?.end().catch(() => {})
  }
}
