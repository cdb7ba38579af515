import { basename, dirname } from 'node:path'
import { createStream, type RotatingFileStream } from 'rotating-file-stream'

/** Of each log at most six files: the one that is written, and five before it. */
const SIZE = '20M'
const KEPT = 5

/** Opens a log to be written at its end; a full one becomes `name.1`, that one `name.2`, and the oldest goes. */
export function openLog(path: string): RotatingFileStream {
  const stream = createStream(basename(path), { path: dirname(path), size: SIZE, rotate: KEPT, mode: 0o600 })
  // On a full disk nothing can be told here; what the log is of goes on.
  stream.on('error', () => {})
  return stream
}
