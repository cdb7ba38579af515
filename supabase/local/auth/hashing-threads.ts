import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { inTurns } from './in-turns.ts'

/** What a thread is given. */
export interface Work {
  password: string
  /** What to compare it with. */
  hashed?: string
  rounds: number
}

type Done = { value: string | boolean } | { fault: string }

/** As many as there are processors: the threads yield to whatever else wants one. */
export const THREADS = Math.min(4, availableParallelism())
/** A thread that hashes nothing is ended. */
const IDLE_MS = 60_000

/** Threads that wait for a password, with what ends each when none comes. */
const idle = new Map<Worker, NodeJS.Timeout>()
const inTurn = inTurns(THREADS)

function take(): Worker {
  for (const [worker, timer] of idle) {
    clearTimeout(timer)
    idle.delete(worker)
    return worker
  }
  const worker = new Worker(new URL('./hashing-worker.mjs', import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 2 },
  })
  worker.on('error', () => {})
  worker.once('exit', () => {
    clearTimeout(idle.get(worker))
    idle.delete(worker)
  })
  return worker
}

function giveBack(worker: Worker): void {
  // It does not keep the process from ending.
  worker.unref()
  const end = () => {
    // At once: it takes a while to end, and nobody is to be given it meanwhile.
    idle.delete(worker)
    void worker.terminate()
  }
  idle.set(worker, setTimeout(end, IDLE_MS).unref())
}

const answerOf = (worker: Worker, work: Work) =>
  new Promise<Done>((resolve, reject) => {
    const gone = () => reject(new Error('The thread that hashes passwords ended.'))
    worker.once('exit', gone)
    worker.once('message', (done: Done) => {
      worker.off('exit', gone)
      resolve(done)
    })
    worker.postMessage(work)
  })

/** Hashes or compares one password beside everything else; the others wait their turn. */
export const hashInThread = (work: Work): Promise<string | boolean> =>
  inTurn(async () => {
    const worker = take()
    worker.ref()
    const done = await answerOf(worker, work)
    giveBack(worker)
    if ('fault' in done) throw new Error(done.fault)
    return done.value
  })
