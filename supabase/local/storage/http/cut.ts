import type { IncomingMessage } from 'node:http'

/** Calls back if the caller goes away before the end of its request. @returns what forgets the request. */
export function onceCut(request: IncomingMessage, cut: () => void): () => void {
  const check = () => {
    if (!request.complete) cut()
  }
  if (request.destroyed) check()
  else request.once('close', check)
  return () => request.off('close', check)
}
