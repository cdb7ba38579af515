import { Transform } from 'node:stream'
import { entityTooLarge } from '../errors.ts'

/**
 * Passes bytes on until there are too many of them.
 * @param count is told of them first; what it throws ends the stream.
 */
export function limitBytes(limit: number, count: (bytes: number) => void): Transform {
  let size = 0
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length
      if (size > limit) return done(entityTooLarge())
      try {
        count(chunk.length)
      } catch (error) {
        return done(error as Error)
      }
      done(null, chunk)
    },
  })
}
