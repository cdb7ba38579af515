import { useStorage } from 'nitropack/runtime'
import { type Prepared, prepare } from '../http/compressed.ts'
import { scalarProgram } from './scalar.ts'

const ofThePage = (name: string) => async () => {
  const text = await useStorage('assets:docs').getItemRaw<Uint8Array | string>(name)
  return typeof text === 'string' ? text : Buffer.from(text!).toString()
}

/** What the page at /docs loads besides the document. */
const ASSETS: Record<string, { type: string; read(): Promise<string> }> = {
  'scalar.js': { type: 'text/javascript; charset=utf-8', read: scalarProgram },
  'pagina.js': { type: 'text/javascript; charset=utf-8', read: ofThePage('pagina.js') },
  'pagina.css': { type: 'text/css; charset=utf-8', read: ofThePage('pagina.css') },
}

const prepared = new Map<string, Promise<Prepared>>()

/** One of them, ready to be sent; undefined where there is none of that name. */
export function asset(name: string): Promise<Prepared> | undefined {
  const source = Object.hasOwn(ASSETS, name) ? ASSETS[name] : undefined
  if (!source) return undefined
  const known = prepared.get(name)
  if (known) return known
  const made = source.read().then((text) => prepare(text, source.type))
  prepared.set(name, made)
  // Asked again, it may be there.
  made.catch(() => prepared.delete(name))
  return made
}
