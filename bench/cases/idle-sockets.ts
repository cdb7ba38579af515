import type { Case } from '../lib/case.ts'
import { type ChatServer, ours, type Peer, socketIo } from '../lib/chat.ts'
import { residentBytes } from '../lib/process.ts'

const AT_ONCE = 50
const SETTLE_MS = 2000

/** What so many idle sockets, each in a room, add to the memory of a server: kilobytes for each. */
async function cost(server: ChatServer, sockets: number): Promise<number> {
  const peers: Peer[] = []
  const open = async (count: number) => {
    while (count > 0) {
      const some = Array.from({ length: Math.min(AT_ONCE, count) }, (_, n) =>
        server.open(`quieta-${(peers.length + n) % 100}`),
      )
      peers.push(...(await Promise.all(some)))
      count -= some.length
    }
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
  }
  // What the first ones load is no cost of each.
  await open(AT_ONCE)
  const before = await residentBytes(server.pid)
  await open(sockets)
  const after = await residentBytes(server.pid)
  for (const peer of peers) peer.close()
  return (after - before) / sockets / 1000
}

/** Memory of a socket that says nothing, beside one of Socket.IO. */
export const idleSockets: Case = async ({ small }, { sockets }) => {
  const theirs = await socketIo()
  try {
    const [a, b] = [await cost(ours(small), sockets), await cost(theirs, sockets)]
    return [
      {
        what: `Memory of an idle socket, of ${sockets}, against Socket.IO`,
        a: `${a.toFixed(1)} kB`,
        b: `${b.toFixed(1)} kB`,
        value: a / b,
        unit: '',
      },
    ]
  } finally {
    await theirs.close()
  }
}
