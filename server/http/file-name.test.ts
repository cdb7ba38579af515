import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { attachment, cleanFileName } from './file-name.ts'

describe('el nombre de un archivo', () => {
  test.each([
    ['FAC-001.pdf', 'FAC-001.pdf'],
    ['C:\\Users\\ana\\FAC 001.pdf', 'FAC 001.pdf'],
    ['../../etc/passwd', 'passwd'],
    ['  análisis  .csv ', 'análisis  .csv'],
    ['a\0b\nc.pdf', 'abc.pdf'],
    ['factura\u202efdp.exe', 'facturafdp.exe'],
    ['una %22comilla%22.pdf', 'una "comilla".pdf'],
    ['..', ''],
    ['/', ''],
    [undefined, ''],
  ])('%j queda %j', (given, clean) => {
    expect(cleanFileName(given)).toBe(clean)
  })

  test('se corta sin perder la extensión', () => {
    const name = cleanFileName(`${'ñ'.repeat(400)}.pdf`)
    expect([...name]).toHaveLength(255)
    expect(name).toMatch(/ñ\.pdf$/)
  })

  test('de antes, con caracteres que no se ven, se baja sin ellos', () => {
    expect(attachment('factura_\u202efdp\u200b.exe')).toBe(
      `attachment; filename="factura_fdp.exe"; filename*=UTF-8''factura_fdp.exe`,
    )
  })

  test('siempre cabe en la base y en la cabecera, y la cabecera lo dice exacto', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (given) => {
        const name = cleanFileName(given)
        expect(name.isWellFormed() && [...name].length <= 255).toBe(true)
        expect(name).not.toMatch(/[/\\\p{Cc}]/u)
        const header = attachment(name)
        expect(header).toMatch(/^attachment; filename="[^"\\%\r\n]*"; filename\*=UTF-8''[\w.!#$&+^`|~%-]*$/)
        expect(decodeURIComponent(header.split("UTF-8''")[1]!)).toBe(name)
      }),
    )
  })
})
