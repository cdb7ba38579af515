import { createHash } from 'node:crypto'
import { Worker } from 'node:worker_threads'
import { LRUCache } from 'lru-cache'
import { openTurns } from '../utils/turns.ts'
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
/** Of what cannot be drawn: it is not tried again for each who asks, but later: the machine may have been busy. */
const KEPT_FAULTS = { max: 1000, ttl: 10 * 60_000 }
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

/** A thread that waits for something to draw, and ends when nothing comes. */
interface Idle {
  worker: Worker
  timer: NodeJS.Timeout
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
  const idle: Idle[] = []

  function take(): Worker {
    const found = idle.pop()
    if (!found) return openWorker()
    clearTimeout(found.timer)
    return found.worker
  }

  function giveBack(worker: Worker): void {
    const timer = setTimeout(() => {
      idle.splice(idle.indexOf(entry), 1)
      void worker.terminate()
    }, IDLE_MS)
    timer.unref()
    const entry = { worker, timer }
    idle.push(entry)
  }

  function draw(task: Task): Promise<Outcome> {
    const worker = take()
    return new Promise<Outcome>((resolve) => {
      const late = setTimeout(() => done({ fault: `not drawn within ${patienceMs} ms` }, true), patienceMs)
      const onExit = () => done({ fault: 'the thread ended' }, true)
      const onError = (error: Error) => done({ fault: error.message }, true)
      async function done(outcome: Outcome, isBroken = false) {
        clearTimeout(late)
        worker.off('message', done).off('error', onError).off('exit', onExit)
        if (isBroken) await worker.terminate()
        else giveBack(worker)
        resolve(outcome)
      }
      worker.on('message', done).on('error', onError).on('exit', onExit)
      worker.postMessage(task)
    })
  }

  async function make(key: string, { load, transform, onlyImages }: Request): Promise<Rendered> {
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
      await Promise.allSettled(underWay.values())
      for (const { worker, timer } of idle.splice(0)) {
        clearTimeout(timer)
        await worker.terminate()
      }
    },
  }
}
