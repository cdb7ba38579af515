import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { listen } from '../support/listen.ts'

/** A network between the clients and a server whose connections can be cut without a farewell. */
export async function startBadNetwork(serverUrl: string) {
  const { hostname, port } = new URL(serverUrl)
  const open = new Set<Socket>()
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname)
    open.add(client)
    client.once('close', () => {
      open.delete(client)
      upstream.destroy()
    })
    upstream.once('close', () => client.destroy())
    for (const socket of [client, upstream]) socket.on('error', () => {})
    client.pipe(upstream)
    upstream.pipe(client)
  })
  const here = await listen(server)
  return {
    url: `http://127.0.0.1:${here}`,
    /** Cuts those connections that it holds for, or all. @returns how many. */
    cut(chosen: () => boolean = () => true): number {
      const cut = [...open].filter(chosen)
      for (const socket of cut) socket.destroy()
      return cut.length
    },
    async close() {
      for (const socket of open) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
