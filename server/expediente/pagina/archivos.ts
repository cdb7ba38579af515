import { useStorage } from 'nitropack/runtime'
import { type Prepared, prepare } from '../../http/compressed.ts'
import type { Versiones } from './html.ts'

const TYPES: Record<string, string> = {
  'pagina.css': 'text/css; charset=utf-8',
  'documento.js': 'text/javascript; charset=utf-8',
  'icono.svg': 'image/svg+xml',
}

const prepared = new Map<string, Promise<Prepared>>()

async function read(name: string): Promise<Prepared> {
  const text = await useStorage('assets:expediente').getItemRaw<Uint8Array | string>(name)
  return prepare(typeof text === 'string' ? text : Buffer.from(text!).toString(), TYPES[name]!)
}

/** What the public page loads, of the build itself; undefined where there is none of that name. */
export function archivoDePagina(name: string): Promise<Prepared> | undefined {
  if (!Object.hasOwn(TYPES, name)) return undefined
  const known = prepared.get(name)
  if (known) return known
  const made = read(name)
  prepared.set(name, made)
  // Asked again, it may be there.
  made.catch(() => prepared.delete(name))
  return made
}

/** Their digests, for their addresses. */
export async function versiones(): Promise<Versiones> {
  const [estilo, programa] = await Promise.all([
    archivoDePagina('pagina.css')!,
    archivoDePagina('documento.js')!,
  ])
  return { estilo: estilo.version, programa: programa.version }
}
