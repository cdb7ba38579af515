import { getRouterParam, type H3Event } from 'h3'
import type { Clave } from './catalogue.ts'
import { problem } from './problem.ts'

/** A parameter of the path, decoded; '' when its encoding does not hold. */
export function pathParameter(event: H3Event, name: string): string {
  const value = getRouterParam(event, name, { decode: true }) ?? ''
  return value.isWellFormed() && !value.includes('\0') ? value : ''
}

/**
 * A numeric id of the path.
 * @throws Problem of the given key, 404, for what cannot be one.
 */
export function pathId(event: H3Event, name: string, clave: Clave): string {
  const value = pathParameter(event, name)
  if (!/^[1-9]\d{0,17}$/.test(value)) throw problem(clave)
  return value
}
