import type { Writable } from 'node:stream'
import pino, { type DestinationStream, type Logger } from 'pino'
import { errorForLog, withoutSecrets } from './log-redaction.ts'

const BUFFER_BYTES = 4096
const FLUSH_MS = 500

/**
 * Writes lines together, so that one costs next to nothing; what waits is written when the process ends. pino's own
 * destination tries for ever to do that when whoever read it has gone, and the process does not end.
 * @param out writes at once, as stdout does on Linux.
 */
function together(out: Writable): DestinationStream {
  let waiting = ''
  let timer: NodeJS.Timeout | undefined
  function flush() {
    clearTimeout(timer)
    timer = undefined
    if (waiting) out.write(waiting)
    waiting = ''
  }
  // Whoever read it has gone.
  out.on('error', () => {})
  process.on('exit', flush)
  return {
    write(line) {
      waiting += line
      if (waiting.length >= BUFFER_BYTES) flush()
      else timer ??= setTimeout(flush, FLUSH_MS).unref()
    },
  }
}

/** JSON lines without bodies, without tokens and without personal text: whatever an error carries is left out. */
export function createLog(destination: DestinationStream): Logger {
  return pino(
    {
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { err: errorForLog },
      hooks: { streamWrite: withoutSecrets },
    },
    destination,
  )
}

/** The log of the process, on stdout. */
export const log = createLog(together(process.stdout))
