import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { recogniseContent, SAMPLE_BYTES } from '../../server/utils/content-type.ts'

const png = Buffer.from('89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489', 'hex')
const jpeg = Buffer.from('ffd8ffe000104a46494600010100000100010000', 'hex')
const webp = Buffer.from('524946461a000000574542505650384c0d0000002f00000010071011118888fe0700', 'hex')

const recognise = async (content: string | Buffer) => (await recogniseContent(Buffer.from(content)))?.mime

describe('el tipo de un archivo se reconoce por su contenido', () => {
  it.each([
    ['un PDF', '%PDF-1.7\n%âãÏÓ', 'application/pdf'],
    ['un PDF con algo delante', '\r\n\r\n%PDF-1.4\n', 'application/pdf'],
    ['una foto JPEG', jpeg, 'image/jpeg'],
    ['una imagen PNG', png, 'image/png'],
    ['una imagen WebP', webp, 'image/webp'],
    [
      'un XML con declaración',
      '<?xml version="1.0" encoding="UTF-8"?>\n<factura id="comprobante"/>',
      'application/xml',
    ],
    ['un XML con BOM', '\ufeff<?xml version="1.0"?><a/>', 'application/xml'],
    [
      'un XML sin declaración',
      '\n<autorizacion><estado>AUTORIZADO</estado></autorizacion>',
      'application/xml',
    ],
    ['un CSV con comas', 'muestra,humedad\nLT-0001,7.5\nLT-0002,7.2\n', 'text/csv'],
    ['un CSV con punto y coma', 'muestra;humedad\r\nLT-0001;7,5\r\n', 'text/csv'],
    ['un CSV de una línea', 'muestra,humedad', 'text/csv'],
    ['un CSV con comillas y saltos dentro', '"muestra, de ""prueba""\nrara",humedad\n1,2\n', 'text/csv'],
    ['un CSV en Latin-1', Buffer.from('análisis,año\n1,2\n', 'latin1'), 'text/csv'],
  ])('%s', async (_, content, mime) => {
    expect(await recognise(content)).toBe(mime)
  })

  it.each([
    ['nada', ''],
    ['texto corrido', 'hola mundo'],
    ['texto de dos líneas', 'hola\nmundo\n'],
    ['JSON', '{"a":1,\n"b":2}'],
    ['una lista JSON', '[1,2]\n[3,4]'],
    ['una página', '<!DOCTYPE html><html><body>x</body></html>'],
    ['una página sin DOCTYPE', '<html lang="es"><script>x</script>'],
    ['un GIF', Buffer.from('4749463839610100010080000000000021f904', 'hex')],
    ['un ZIP', Buffer.from('504b030414000000080000002100', 'hex')],
    ['un programa', Buffer.from('7f454c4602010100000000000000000002003e00', 'hex')],
    ['texto con un byte cero', 'a,b\n\0,1\n'],
    ['columnas que no cuadran', 'a,b,c\n1,2\n3\n'],
  ])('no: %s', async (_, content) => {
    expect(await recognise(content)).toBeUndefined()
  })

  it('un carácter cortado al final de la muestra no lo confunde', async () => {
    const sample = Buffer.from(`a,b\n${'ñ,é\n'.repeat(2000)}`).subarray(0, SAMPLE_BYTES)
    for (const end of [0, 1, 2, 3])
      expect(await recognise(sample.subarray(0, SAMPLE_BYTES - end))).toBe('text/csv')
  })

  it('ningún contenido lo hace fallar', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: SAMPLE_BYTES }), async (bytes) => {
        await recogniseContent(bytes)
      }),
    )
  })
})
