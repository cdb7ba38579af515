import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { inTurns } from './in-turns.ts'

/** What is hashed. */
export interface Work {
  password: string
  /** What to compare it with. */
  hashed?: string
  rounds: number
}

type Done = { n: number } & ({ value: string | boolean } | { fault: string })

/** As many as there are processors: they yield to whatever else wants one. */
export const THREADS = Math.min(4, availableParallelism())
/** A process that hashes nothing is ended. */
const IDLE_MS = 60_000

/** The process ended before it answered: by whoever wants its memory, for one. */
class LostError extends Error {
  override name = 'LostError'
}

interface Hasher {
  child: ChildProcess
  /** Those who wait for an answer, by the number of what they asked. */
  waiting: Map<number, { resolve: (done: Done) => void; reject: (error: Error) => void }>
}

let hasher: Hasher | undefined
let idling: NodeJS.Timeout | undefined
let asked = 0
const inTurn = inTurns(THREADS)

function start(): Hasher {
  const child = fork(new URL('./hashing-process.mjs', import.meta.url), {
    // A session of its own: Ctrl-C is not for it, and it is weighed by itself.
    detached: true,
    env: { UV_THREADPOOL_SIZE: String(THREADS) },
    execArgv: ['--max-semi-space-size=1', '--v8-pool-size=0'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const started: Hasher = { child, waiting: new Map() }
  const end = () => {
    if (hasher === started) hasher = undefined
    for (const { reject } of started.waiting.values())
      reject(new LostError('The process that hashes passwords ended.'))
    started.waiting.clear()
  }
  child.on('error', end)
  child.on('exit', end)
  child.on('message', (done: Done) => {
    started.waiting.get(done.n)?.resolve(done)
    started.waiting.delete(done.n)
  })
  return started
}

/** What hashes nothing keeps nobody from ending, and ends itself after a while. */
function rest(of: Hasher): void {
  of.child.unref()
  of.child.channel?.unref()
  // Two that end together both come here.
  clearTimeout(idling)
  idling = setTimeout(() => {
    // At once: it takes a while to end, and nobody is to be given it meanwhile.
    if (hasher === of) hasher = undefined
    if (of.child.connected) of.child.disconnect()
  }, IDLE_MS).unref()
}

/** Ends the process where it hashes nothing, and waits for that; the next password starts another. */
export async function endHashing(): Promise<void> {
  const ending = hasher
  if (!ending?.child.connected || ending.waiting.size) return
  clearTimeout(idling)
  hasher = undefined
  ending.child.ref()
  const ended = once(ending.child, 'exit')
  ending.child.disconnect()
  await ended
}

async function hash(work: Work): Promise<string | boolean> {
  clearTimeout(idling)
  // One that has ended, and is not known to have yet, takes nothing more.
  if (!hasher?.child.connected) hasher = start()
  const mine = hasher
  mine.child.ref()
  mine.child.channel?.ref()
  const n = asked++
  try {
    const done = await new Promise<Done>((resolve, reject) => {
      mine.waiting.set(n, { resolve, reject })
      mine.child.send({ n, ...work }, (error) => {
        if (!error) return
        if (hasher === mine) hasher = undefined
        reject(new LostError('The process that hashes passwords takes nothing.', { cause: error }))
      })
    })
    if ('fault' in done) throw new Error(done.fault)
    return done.value
  } finally {
    mine.waiting.delete(n)
    if (mine.waiting.size === 0 && mine === hasher) rest(mine)
  }
}

/**
 * Hashes or compares one password beside everything else; the others wait their turn. Where the process is ended
 * meanwhile another one does it, once.
 */
export const hashApart = (work: Work): Promise<string | boolean> =>
  inTurn(() =>
    hash(work).catch((error) => {
      if (error instanceof LostError) return hash(work)
      throw error
    }),
  )
