// A bag (RFC 8493): files under data/, and beside them what says which they are. Anybody's tool checks it; so does a
// person with sha256sum.
import type { BagFile } from './zip-writer.ts'

/** What stands in bagit.txt, to the byte. */
export const BAGIT_TXT = 'BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n'

/** A path as a manifest writes it: what would end its line, and the sign that says so, by their numbers. */
export const manifestPath = (path: string) =>
  path.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')

const byPath = (a: BagFile, b: BagFile) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path))

/** A manifest: a line for each file, in the order of their paths. */
export const manifest = (files: readonly BagFile[]): string =>
  [...files]
    .sort(byPath)
    .map(({ path, sha256 }) => `${sha256}  ${manifestPath(path)}\n`)
    .join('')

/** How many bytes and files there are under data/: `Payload-Oxum`. */
export const oxum = (files: readonly BagFile[]): string =>
  `${files.reduce((sum, { bytes }) => sum + bytes, 0)}.${files.length}`

/**
 * bag-info.txt.
 * @param fields label → value, of one line each; in the order given.
 */
export const bagInfo = (fields: Record<string, string>): string =>
  Object.entries(fields)
    .map(([label, value]) => `${label}: ${value.replace(/\s+/g, ' ')}\n`)
    .join('')

// What Windows takes for a device whatever its extension, and no file there is called.
const DEVICES = /^(con|prn|aux|nul|com\d|lpt\d)(?=\.|$)/i
const MAX = 120

/**
 * The name of a paper as a file of the bag: it stays in its folder and can be written on any disk.
 * @param name as it is shown; whatever it is, something is left of it.
 */
export function fileNameInBag(name: string): string {
  const clean = name
    .toWellFormed()
    .normalize('NFC')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
    .replace(/[\u0000-\u001f\u007f-\u009f\p{Cf}]/gu, '')
    .replace(/[/\\<>:"|?*]/g, '_')
    .replace(/^[. ]+/, '')
    .replace(/[. ]+$/, '')
    .replace(DEVICES, '_$1')
  const letters = [...clean]
  if (letters.length <= MAX) return clean || 'archivo'
  const extension = /\.[\p{L}\p{N}]{1,8}$/u.exec(clean)?.[0] ?? ''
  return letters.slice(0, MAX - extension.length).join('') + extension
}
