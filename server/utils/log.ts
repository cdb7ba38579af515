import pino, { type DestinationStream, type Logger } from 'pino'
import { errorForLog, withoutSecrets } from './log-redaction.ts'

// Lines are written together, so that one costs next to nothing; what waits is written when the process ends.
const BUFFER_BYTES = 4096
const FLUSH_MS = 500

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
export const log = createLog(
  pino.destination({ dest: 1, sync: false, minLength: BUFFER_BYTES, periodicFlush: FLUSH_MS }),
)
