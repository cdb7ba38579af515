import { createHash } from 'node:crypto'
import { Worker } from 'node:worker_threads'
import { LRUCache } from 'lru-cache'
import { openTurns } from '../turns.ts'
import {
  MAX_SIDE,
  MAX_SOURCE_BYTES,
  MAX_SOURCE_PIXELS,
  NotAnImage,
  type Rendered,
  type Transform,
} from './transform.ts'
import type { Outcome, Task } from './worker.ts'
import { WORKER_URL } from './worker-url.ts'

/** Of what was drawn, in this process. */
const KEPT_BYTES = 64 * 2 ** 20
/** Of what a thread said that it cannot draw: it is not tried again for each who asks. */
const KEPT_FAULTS = { max: 1000 }
/** What the thread is told that it may open and draw. */
const LIMITS = { pixels: MAX_SOURCE_PIXELS, side: MAX_SIDE }
/** Two threads, of which nobody has both: a file that was made to hold one is its owner's to wait for. */
const TURNS = { each: 1, total: 2, waiting: 50, patienceMs: 30_000 }
const PATIENCE_MS = 15_000
/** A thread that draws nothing is ended: what decoders took is only given back then. */
const IDLE_MS = 30_000

export interface Request {
  /** Who asks: each has turns of its own. */
  caller: string
  /** What it is of: the same one has the same bytes for ever. */
  version: string
  /** Bytes of it, where they are known before they are read. */
  size?: number
  transform: Transform
  onlyImages: boolean
  /** Reads the bytes; called when it is its turn. */
  load: () => Promise<Uint8Array>
}

export interface Renderer {
  /** @throws NotAnImage, TooManyAtOnce, TurnTooLate, or what `load` throws. */
  render(request: Request): Promise<Rendered>
  close(): Promise<void>
}

function openWorker(): Worker {
  // Decoders write what they think of a file; the log is for what we say.
  const opened = new Worker(WORKER_URL, {
    resourceLimits: { maxOldGenerationSizeMb: 256 },
    stdout: true,
    stderr: true,
  })
  opened.stdout.resume()
  opened.stderr.resume()
  opened.on('error', () => {})
  return opened
}

/** Draws in threads of its own, whoever asks in turn, and keeps the last ones. */
export function createRenderer({ patienceMs = PATIENCE_MS } = {}): Renderer {
  const kept = new LRUCache<string, Rendered>({
    maxSize: KEPT_BYTES,
    sizeCalculation: ({ bytes }) => bytes.byteLength + 200,
  })
  const faults = new LRUCache<string, string>(KEPT_FAULTS)
  const underWay = new Map<string, Promise<Rendered>>()
  const inTurn = openTurns(TURNS)
  let isClosed = false
  /** Threads that wait for something to draw, with what ends each when nothing comes. */
  const idle = new Map<Worker, NodeJS.Timeout>()

  function take(): Worker {
    for (const [worker, timer] of idle) {
      clearTimeout(timer)
      idle.delete(worker)
      return worker
    }
    const worker = openWorker()
    worker.once('exit', () => {
      clearTimeout(idle.get(worker))
      idle.delete(worker)
    })
    return worker
  }

  function giveBack(worker: Worker): void {
    idle.set(worker, setTimeout(() => void worker.terminate(), IDLE_MS).unref())
  }

  /** @throws NotAnImage where the thread did not come to an end of it. */
  function draw(task: Task): Promise<Outcome> {
    const worker = take()
    return new Promise<Outcome>((resolve, reject) => {
      const late = setTimeout(() => fail(`not drawn within ${patienceMs} ms`), patienceMs)
      const onExit = () => fail('the thread ended')
      const onError = (error: Error) => fail(error.message)
      const leave = () => {
        clearTimeout(late)
        worker.off('message', done).off('error', onError).off('exit', onExit)
      }
      // The turn is held until the thread has ended, which it does when what it is in the middle of has.
      async function fail(why: string) {
        leave()
        await worker.terminate()
        reject(new NotAnImage(why))
      }
      function done(outcome: Outcome) {
        leave()
        giveBack(worker)
        resolve(outcome)
      }
      worker.on('message', done).on('error', onError).on('exit', onExit)
      worker.postMessage(task)
    })
  }

  async function make(key: string, { load, transform, onlyImages }: Request): Promise<Rendered> {
    // Who waits when the end comes is not drawn any more.
    if (isClosed) throw new NotAnImage('the renderer has closed')
    const source = await load()
    if (source.byteLength > MAX_SOURCE_BYTES) throw new NotAnImage('too many bytes')
    const outcome = await draw({ source, transform, onlyImages, limits: LIMITS })
    if ('fault' in outcome) {
      faults.set(key, outcome.fault)
      throw new NotAnImage(outcome.fault)
    }
    kept.set(key, outcome)
    return outcome
  }

  return {
    async render(request) {
      const key = createHash('sha256')
        .update(JSON.stringify([request.version, request.transform, request.onlyImages]))
        .digest('base64')
      const found = kept.get(key)
      if (found) return found
      const fault = faults.get(key)
      if (fault !== undefined) throw new NotAnImage(fault)
      if ((request.size ?? 0) > MAX_SOURCE_BYTES) throw new NotAnImage('too many bytes')
      const current = underWay.get(key) ?? inTurn(request.caller, () => make(key, request))
      underWay.set(key, current)
      try {
        return await current
      } finally {
        underWay.delete(key)
      }
    },
    async close() {
      isClosed = true
      await Promise.allSettled(underWay.values())
      await Promise.all([...idle.keys()].map((worker) => worker.terminate()))
    },
  }
}
