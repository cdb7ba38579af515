// What Compose does with two files, by its published rules of merging; the engine itself is not where tests run.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse, type ScalarTag } from 'yaml'
import { PROJECT_DIR } from '../../supabase/local/settings.ts'

type Node = unknown
type Mapping = Record<string, Node>

const RESET = Symbol('!reset')

/** A value that takes the place of what was there, instead of joining it. */
class Override {
  readonly value: Node
  constructor(value: Node) {
    this.value = value
  }
}

// yaml gives a collection with an unknown tag as it is; these keep what the tag says.
const tag = (name: string, collection: 'seq' | 'map' | undefined, wrap: (value: Node) => Node) =>
  ({
    tag: name,
    collection,
    resolve: (value: { toJSON?: () => Node } | string) =>
      wrap(typeof value === 'string' ? value : (value.toJSON?.() ?? value)),
  }) as unknown as ScalarTag

const TAGS = ([undefined, 'seq', 'map'] as const).flatMap((kind) => [
  tag('!reset', kind, () => RESET),
  tag('!override', kind, (value) => new Override(value)),
])

export const parseCompose = (text: string) => parse(text, { customTags: TAGS, merge: true }) as Mapping

export const readCompose = async (path: string) =>
  parseCompose(await readFile(join(PROJECT_DIR, path), 'utf8'))

const isMapping = (node: Node): node is Mapping =>
  typeof node === 'object' && node !== null && !Array.isArray(node) && !(node instanceof Override)

// Of these the last file's word counts alone.
const REPLACED = new Set(['command', 'entrypoint', 'test'])

/** Merges an overlay into a file: mappings join, sequences follow each other, the tags decide otherwise. */
export function merge(base: Node, overlay: Node, key = ''): Node {
  if (overlay instanceof Override) return overlay.value
  if (isMapping(base) && isMapping(overlay)) {
    const merged: Mapping = { ...base }
    for (const [name, value] of Object.entries(overlay)) {
      if (value === RESET) delete merged[name]
      else merged[name] = name in merged ? merge(merged[name], value, name) : merge(undefined, value, name)
    }
    return merged
  }
  if (Array.isArray(base) && Array.isArray(overlay) && !REPLACED.has(key)) return [...base, ...overlay]
  return overlay
}

const VARIABLE = /\$\$|\$\{(\w+)(?:(:?[-?])((?:[^{}])*))?\}/g

/** Puts the variables of an .env in place. @throws where one with `:?` has no value. */
export function interpolate(node: Node, env: Record<string, string | undefined>): Node {
  if (Array.isArray(node)) return node.map((item) => interpolate(item, env))
  if (isMapping(node))
    return Object.fromEntries(Object.entries(node).map(([name, value]) => [name, interpolate(value, env)]))
  if (typeof node !== 'string') return node
  return node.replace(VARIABLE, (all, name?: string, operator?: string, rest?: string) => {
    if (all === '$$') return '$'
    const value = env[name!]
    if (value) return value
    if (operator?.endsWith('?')) throw new Error(`${name}: ${rest}`)
    return operator?.endsWith('-') ? rest! : (value ?? '')
  })
}

/** Every variable of a file, and whether it has a value of its own when nobody gives it one. */
export function variablesOf(text: string): Map<string, boolean> {
  const found = new Map<string, boolean>()
  const lines = text.split('\n').filter((line) => !line.trimStart().startsWith('#'))
  for (const [all, name, operator] of lines.join('\n').matchAll(VARIABLE))
    if (all !== '$$') found.set(name!, (found.get(name!) ?? false) || Boolean(operator?.endsWith('-')))
  return found
}
