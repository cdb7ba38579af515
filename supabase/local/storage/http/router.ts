import type { H3Event } from 'h3'
import { StorageError } from '../errors.ts'
import { decodeSegment, rawUrl, type StorageRequest } from './request.ts'

/** Answers a request with a JSON value, or with ANSWERED. */
export type Operation = (request: StorageRequest) => Promise<unknown>

interface Route {
  method: string
  pattern: string[]
  operation: Operation
}

/** What an operation returns that has written its answer itself. */
export const ANSWERED = Symbol('answered')

/**
 * The routes of the Storage API, matched in their order against the path as it was sent.
 * `:bucket` takes one segment, `*` the rest as the object's name.
 */
export function createRoutes() {
  const routes: Route[] = []

  function find(
    method: string,
    segments: string[],
  ): { operation: Operation; bucket: string; name: string } | null {
    for (const route of routes) {
      if (route.method !== method) continue
      const isOpenEnded = route.pattern.at(-1) === '*'
      const fixed = isOpenEnded ? route.pattern.slice(0, -1) : route.pattern
      if (isOpenEnded ? segments.length <= fixed.length : segments.length !== fixed.length) continue
      if (!fixed.every((part, i) => part === ':bucket' || part === segments[i])) continue
      const at = fixed.indexOf(':bucket')
      return {
        operation: route.operation,
        bucket: at < 0 ? '' : decodeSegment(segments[at]!),
        name: isOpenEnded ? decodeSegment(segments.slice(fixed.length).join('/')) : '',
      }
    }
    return null
  }

  return {
    /** @param line method and path, e.g. `GET /object/:bucket/*`. */
    on(line: string, operation: Operation): void {
      const [method, path] = line.split(' ')
      routes.push({ method: method!, pattern: path!.split('/').slice(1), operation })
    },

    /** Runs the operation that the request asks for. @throws StorageError 404 where there is none. */
    async run(event: H3Event): Promise<unknown> {
      const { segments, query } = rawUrl(event)
      const found = find(event.method === 'HEAD' ? 'GET' : event.method, segments)
      if (!found) {
        throw new StorageError(
          'NotFound',
          404,
          `Route ${event.method}:/${segments.join('/')} not found`,
          'Not Found',
        ).withHttpStatus(404)
      }
      return found.operation({ event, query, bucket: found.bucket, name: found.name })
    },
  }
}
