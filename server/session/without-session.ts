import { defineEventHandler, type EventHandler, type H3Event } from 'h3'
import { countCaller } from './session-of.ts'

/** A route that answers without a session: whoever has one is counted as its user, everybody else by address. */
export function withoutSession<T>(handler: (event: H3Event) => T | Promise<T>): EventHandler {
  return defineEventHandler(async (event) => {
    await countCaller(event)
    return handler(event)
  })
}
