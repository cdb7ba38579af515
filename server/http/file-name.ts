const MAX = 255

// What a name never holds, as privado.es_texto_limpio() has it: controls, what turns the direction of writing, and
// what nobody sees, but for what makes an emoji of a sign.
const UNSEEN = /(?!\ufe0f)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{DI}]/gu

/** A name without control characters, marks of direction or characters that nobody sees. */
export const withoutUnseen = (name: string) => name.toWellFormed().replace(UNSEEN, '')

/**
 * The name a file is shown and downloaded by, from what the uploader's device called it: without folders or
 * characters that nobody sees, of at most 255 characters.
 * @returns '' when nothing is left.
 */
export function cleanFileName(given: string | undefined): string {
  const name = withoutUnseen(
    (given ?? '')
      // How browsers write the characters that would end the name in a form.
      .replace(/%22/g, '"')
      .replace(/%0[AD]/g, '')
      .normalize('NFC')
      .replace(/^.*[/\\]/s, ''),
  ).trim()
  if (/^\.*$/.test(name)) return ''
  if ([...name].length <= MAX) return name
  const extension = /\.[\p{L}\p{N}]{1,8}$/u.exec(name)?.[0] ?? ''
  return [...name].slice(0, MAX - extension.length).join('') + extension
}

/**
 * `Content-Disposition` of a download: an ASCII name for old clients and the exact one (RFC 6266, RFC 5987), without what
 * nobody sees in it.
 */
export function attachment(given: string): string {
  const name = withoutUnseen(given)
  const ascii = name
    .normalize('NFKD')
    .replace(/[^\x20-\x7e]/g, '')
    .replace(/["\\%]/g, '_')
  const exact = encodeURIComponent(name).replace(
    /['()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `attachment; filename="${ascii}"; filename*=UTF-8''${exact}`
}
