import { createHash } from 'node:crypto'
import { Worker } from 'node:worker_threads'
import { LRUCache } from 'lru-cache'
import {
  MAX_SIDE,
  MAX_SOURCE_BYTES,
  MAX_SOURCE_PIXELS,
  NotAnImage,
  type Rendered,
  TooBusy,
  type Transform,
} from './transform.ts'
import type { Outcome, Task } from './worker.ts'
import { WORKER_URL } from './worker-url.ts'

/** Of what was drawn, in this process. */
const KEPT_BYTES = 64 * 2 ** 20
const WAITING = 32
/** What the thread is told that it may open and draw. */
const LIMITS = { pixels: MAX_SOURCE_PIXELS, side: MAX_SIDE }
/** Of one caller: who asks for a page of thumbnails waits for its own. */
const WAITING_EACH = 8
const PATIENCE_MS = 15_000
/** A thread that draws nothing is ended: what decoders took is only given back then. */
const IDLE_MS = 30_000

export interface Request {
  /** Who asks: nobody takes all the places. */
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
  /** @throws NotAnImage, TooBusy, or what `load` throws. */
  render(request: Request): Promise<Rendered>
  close(): Promise<void>
}

/** Draws one at a time in a thread of its own, and keeps the last ones. */
export function createRenderer({ patienceMs = PATIENCE_MS } = {}): Renderer {
  const kept = new LRUCache<string, Rendered>({
    maxSize: KEPT_BYTES,
    sizeCalculation: ({ bytes }) => bytes.byteLength + 200,
  })
  const underWay = new Map<string, Promise<Rendered>>()
  const waiting = new Map<string, number>()
  let total = 0
  let turn: Promise<unknown> = Promise.resolve()
  let worker: Worker | undefined
  let idle: NodeJS.Timeout | undefined

  async function end(): Promise<void> {
    clearTimeout(idle)
    const ending = worker
    worker = undefined
    await ending?.terminate()
  }

  function open(): Worker {
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

  function draw(task: Task): Promise<Outcome> {
    clearTimeout(idle)
    worker ??= open()
    const current = worker
    return new Promise<Outcome>((resolve) => {
      const late = setTimeout(() => done({ fault: `not drawn within ${patienceMs} ms` }, true), patienceMs)
      const onExit = () => done({ fault: 'the thread ended' }, true)
      const onError = (error: Error) => done({ fault: error.message }, true)
      async function done(outcome: Outcome, isBroken = false) {
        clearTimeout(late)
        current.off('message', done).off('error', onError).off('exit', onExit)
        if (isBroken) await end()
        else {
          idle = setTimeout(() => void end(), IDLE_MS)
          idle.unref()
        }
        resolve(outcome)
      }
      current.on('message', done).on('error', onError).on('exit', onExit)
      current.postMessage(task)
    })
  }

  async function make({ load, transform, onlyImages }: Request): Promise<Rendered> {
    const source = await load()
    if (source.byteLength > MAX_SOURCE_BYTES) throw new NotAnImage('too many bytes')
    const outcome = await draw({ source, transform, onlyImages, limits: LIMITS })
    if ('fault' in outcome) throw new NotAnImage(outcome.fault)
    return outcome
  }

  /** Takes a place in the queue. @throws TooBusy where there is none for this caller. */
  async function queue(request: Request): Promise<Rendered> {
    const mine = waiting.get(request.caller) ?? 0
    if (total >= WAITING || mine >= WAITING_EACH) throw new TooBusy()
    total++
    waiting.set(request.caller, mine + 1)
    const made = turn.then(() => make(request))
    turn = made.catch(() => {})
    try {
      return await made
    } finally {
      total--
      const left = waiting.get(request.caller)! - 1
      if (left) waiting.set(request.caller, left)
      else waiting.delete(request.caller)
    }
  }

  return {
    async render(request) {
      const key = createHash('sha256')
        .update(JSON.stringify([request.version, request.transform, request.onlyImages]))
        .digest('base64')
      const found = kept.get(key)
      if (found) return found
      if ((request.size ?? 0) > MAX_SOURCE_BYTES) throw new NotAnImage('too many bytes')
      const current = underWay.get(key) ?? queue(request)
      underWay.set(key, current)
      try {
        const made = await current
        kept.set(key, made)
        return made
      } finally {
        underWay.delete(key)
      }
    },
    async close() {
      await turn
      await end()
    },
  }
}
