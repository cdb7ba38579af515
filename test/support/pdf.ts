import { randomBytes } from 'node:crypto'

const HEAD = Buffer.from('%PDF-1.7\n%')
const END = Buffer.from('\n%%EOF\n')

/** A PDF of so many bytes, of its own: no two are the same. */
export const pdf = (bytes = 1000) => Buffer.concat([HEAD, randomBytes(bytes - HEAD.length - END.length), END])

/** The same, as a browser has it. */
export const pdfBlob = (bytes?: number) => new Blob([pdf(bytes)], { type: 'application/pdf' })
