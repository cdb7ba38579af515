import type { Case, Figure, Scale } from '../lib/case.ts'
import { inMs, perSecond } from '../lib/case.ts'
import { type ChatServer, ours, type Peer, socketIo } from '../lib/chat.ts'
import { alternate, percentile } from '../lib/measure.ts'

const SHAPES = [
  { rooms: 1, size: 500 },
  { rooms: 100, size: 5 },
]
/** Messages of one room that are under way at once: enough that the server is never idle. */
const WINDOW = 16
const SETTLE_MS = 300
const TICK_MS = 5

type Shape = (typeof SHAPES)[number]
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** The sockets of each room; the first of each is the one that speaks. */
async function fill(server: ChatServer, { rooms, size }: Shape): Promise<Peer[][]> {
  const filled: Peer[][] = []
  for (let room = 0; room < rooms; room++)
    filled.push(await Promise.all(Array.from({ length: size }, () => server.open(`sala-${size}-${room}`))))
  return filled
}

function onEvery(rooms: Peer[][], onMessage: (ms: number, room: number) => void) {
  for (const [index, room] of rooms.entries())
    for (const peer of room) peer.onMessage = (ms) => onMessage(ms, index)
}

/** Messages delivered a second while every room has as many under way as it may. */
async function throughput(rooms: Peer[][], ms: number): Promise<number> {
  const listeners = rooms[0]!.length - 1
  const received = rooms.map(() => 0)
  let isOver = false
  let total = 0
  onEvery(rooms, (_, room) => {
    total++
    // The last listener of the oldest message under way: there is room for another.
    if (++received[room]! % listeners === 0 && !isOver) rooms[room]![0]!.say()
  })
  const started = performance.now()
  for (let n = 0; n < WINDOW; n++) for (const [speaker] of rooms) speaker!.say()
  await pause(ms)
  const rate = (total / (performance.now() - started)) * 1000
  isOver = true
  await pause(SETTLE_MS)
  return rate
}

/** Milliseconds of every delivery while so many are delivered a second. */
async function latencies(rooms: Peer[][], perSecond: number, ms: number): Promise<number[]> {
  const listeners = rooms[0]!.length - 1
  const taken: number[] = []
  onEvery(rooms, (ms) => taken.push(ms))
  const started = performance.now()
  let said = 0
  while (performance.now() - started < ms) {
    const due = ((performance.now() - started) / 1000) * (perSecond / listeners)
    for (; said < due; said++) rooms[said % rooms.length]![0]!.say()
    await pause(TICK_MS)
  }
  await pause(SETTLE_MS)
  return taken
}

const spread = (taken: number[]) => [50, 95, 99].map((p) => inMs(percentile(taken, p))).join(' / ')

async function measure(mine: ChatServer, theirs: ChatServer, shape: Shape, scale: Scale): Promise<Figure[]> {
  const [a, b] = [await fill(mine, shape), await fill(theirs, shape)]
  const name = shape.rooms === 1 ? `one room of ${shape.size}` : `${shape.rooms} rooms of ${shape.size}`
  const rates = await alternate(
    scale.rounds,
    () => throughput(a, scale.turnMs),
    () => throughput(b, scale.turnMs),
  )
  // The same load for both: half of what the slower of them delivers.
  const half = Math.min(rates.a, rates.b) / 2
  let [mineTook, theirsTook]: [number[], number[]] = [[], []]
  for (let turn = 0; turn < scale.latencyTurns; turn++) {
    mineTook = mineTook.concat(await latencies(a, half, scale.turnMs))
    theirsTook = theirsTook.concat(await latencies(b, half, scale.turnMs))
  }
  for (const room of [...a, ...b]) for (const peer of room) peer.close()
  return [
    {
      what: `Messages delivered, ${name}, against Socket.IO`,
      a: perSecond(rates.a),
      b: perSecond(rates.b),
      value: rates.ratio,
      unit: '',
      target: { atLeast: 1 },
    },
    {
      what: `Latency p50 / p95 / p99 at ${perSecond(half)} delivered, ${name}, against Socket.IO (ratio of p95)`,
      a: spread(mineTook),
      b: spread(theirsTook),
      value: percentile(mineTook, 95) / percentile(theirsTook, 95),
      unit: '',
    },
  ]
}

/** Rooms in which one speaks and the others listen, beside a Socket.IO server on the same machine. */
export const rooms: Case = async ({ small }, scale) => {
  const [mine, theirs] = [ours(small), await socketIo()]
  try {
    const figures: Figure[] = []
    for (const shape of SHAPES) figures.push(...(await measure(mine, theirs, shape, scale)))
    return figures
  } finally {
    await theirs.close()
  }
}
