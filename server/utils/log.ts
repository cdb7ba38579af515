import pino from 'pino'

/** The log of the process: JSON lines on stdout, without bodies and without tokens. */
export const log = pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime })
