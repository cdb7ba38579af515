import { Transform } from 'node:stream'
import { entityTooLarge } from '../errors.ts'

/** Passes bytes on until there are too many of them. */
export function limitBytes(limit: number): Transform {
  let size = 0
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length
      if (size > limit) done(entityTooLarge())
      else done(null, chunk)
    },
  })
}
