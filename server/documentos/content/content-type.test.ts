import { readFile } from 'node:fs/promises'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { recogniseContent, SAMPLE_BYTES } from './content-type.ts'

const archivo = (nombre: string) =>
  readFile(new URL(`../../../test/support/files/${nombre}`, import.meta.url))
const png = Buffer.from('89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489', 'hex')
const jpeg = Buffer.from('ffd8ffe000104a46494600010100000100010000', 'hex')
const webp = Buffer.from('524946461a000000574542505650384c0d0000002f00000010071011118888fe0700', 'hex')
const tiff = (cabecera: string) => Buffer.from(cabecera + '00'.repeat(64), 'hex')
const utf16 = (text: string, isBig = false) => {
  const bytes = Buffer.from(text, 'utf16le')
  return isBig ? bytes.swap16() : bytes
}
/** The first box of a HEIF file: its brand, and those that it is compatible with. */
function heif(brand: string, ...compatible: string[]) {
  const box = Buffer.alloc(16 + 4 * compatible.length)
  box.writeUInt32BE(box.length, 0)
  box.write(`ftyp${brand}`, 4)
  for (const [i, otra] of compatible.entries()) box.write(otra, 16 + 4 * i)
  return Buffer.concat([box, Buffer.alloc(64)])
}
const CSV16 = 'muestra;humedad\r\nLT-0001;7,5 °\r\n'
const EML = 'From: a@b.ec\r\nTo: c@d.ec\r\nSubject: Factura, adjunta\r\nMIME-Version: 1.0\r\n\r\nHola\r\n'

const recognise = async (content: string | Buffer) => {
  const found = await recogniseContent(Buffer.from(content))
  return 'mime' in found ? found.mime : undefined
}

describe('el tipo de un archivo se reconoce por su contenido', () => {
  test.each([
    ['un PDF', '%PDF-1.7\n%âãÏÓ', 'application/pdf'],
    ['un PDF con algo delante', '\r\n\r\n%PDF-1.4\n', 'application/pdf'],
    ['un PDF con BOM', '\ufeff%PDF-1.4\n', 'application/pdf'],
    ['un PDF tras la cabecera de un correo', `${EML}%PDF-1.4\n1 0 obj`, 'application/pdf'],
    ['una foto JPEG', jpeg, 'image/jpeg'],
    ['una imagen PNG', png, 'image/png'],
    ['una imagen WebP', webp, 'image/webp'],
    ['una foto de Android en HEIF', heif('mif1', 'mif1', 'heic'), 'image/heic'],
    ['una foto HEIC de 10 bits', heif('heix', 'mif1'), 'image/heic'],
    ['una ráfaga HEIC', heif('msf1', 'hevc'), 'image/heic'],
    ['una secuencia HEIC', heif('hevc', 'heic'), 'image/heic'],
    ['un TIFF de escáner', tiff('49492a0008000000'), 'image/tiff'],
    ['un TIFF de Mac', tiff('4d4d002a00000008'), 'image/tiff'],
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
    ['un XML con comentario', '<?xml version="1.0"?><!-- SRI -->\n<sri:factura a="1"/>', 'application/xml'],
    [
      'un XML en UTF-16',
      utf16('\ufeff<?xml version="1.0" encoding="UTF-16"?><factura año="1"/>'),
      'application/xml',
    ],
    ['un XML en UTF-16 sin BOM', utf16('<?xml version="1.0"?><factura/>', true), 'application/xml'],
    ['un XML que habla de PDF', '<?xml version="1.0"?><a>%PDF-1.4</a>', 'application/xml'],
    ['un CSV con comas', 'muestra,humedad\nLT-0001,7.5\nLT-0002,7.2\n', 'text/csv'],
    ['un CSV con punto y coma', 'muestra;humedad\r\nLT-0001;7,5\r\n', 'text/csv'],
    ['un CSV con tabuladores', 'muestra\thumedad\r\nLT-0001\t7,5\r\n', 'text/csv'],
    ['un CSV de una línea', 'muestra,humedad', 'text/csv'],
    ['un CSV de una columna', 'humedad\n7.5\n7.2\n', 'text/csv'],
    ['un CSV de una columna y sep=', 'sep=;\nlote\nNorte\n', 'text/csv'],
    ['un CSV con comillas y saltos dentro', '"muestra, de ""prueba""\nrara",humedad\n1,2\n', 'text/csv'],
    ['un CSV en Latin-1', Buffer.from('análisis,año\n1,2\n', 'latin1'), 'text/csv'],
    ['un CSV en UTF-16 con BOM', utf16(`\ufeff${CSV16}`), 'text/csv'],
    ['un CSV en UTF-16 de Mac', utf16(`\ufeff${CSV16}`, true), 'text/csv'],
    ['un CSV en UTF-16 sin BOM', utf16(CSV16), 'text/csv'],
    ['un lugar en GeoJSON', '{"type": "Point", "coordinates": [-79.64, -2.19]}', 'application/geo+json'],
    [
      'un GeoJSON con BOM',
      '\ufeff{"name":"x","type":"FeatureCollection","features":[]}',
      'application/geo+json',
    ],
  ])('%s', async (_, content, mime) => {
    expect(await recognise(content)).toBe(mime)
  })

  test.each([
    ['foto.heic', 'image/heic'],
    ['ride.zip', 'application/zip'],
    ['factura-cp1252.xml', 'application/xml'],
    ['humedad-cp1252-euro.csv', 'text/csv'],
    ['humedad-sep.csv', 'text/csv'],
    ['maquina-dos-puntos.csv', 'text/csv'],
    ['parcelas.geojson', 'application/geo+json'],
  ])('el archivo %s', async (nombre, mime) => {
    expect(await recognise(await archivo(nombre))).toBe(mime)
  })

  test.each([
    ['nada', ''],
    ['texto corrido', 'hola mundo'],
    ['texto de dos líneas', 'hola\nmundo\n'],
    ['JSON', '{"a":1,\n"b":2}'],
    ['JSON con tipo', '{"type":"module",\n"b":2}'],
    ['una lista JSON', '[1,2]\n[3,4]'],
    ['una página', '<!DOCTYPE html><html><body>x</body></html>'],
    ['una página sin DOCTYPE', '<html lang="es"><script>x</script>'],
    ['una página que dice ser XML', '<?xml version="1.0"?><html xmlns="x"><script>x</script></html>'],
    ['una página que dice ser PDF', '<html><script>alert(1)</script>%PDF-1.4'],
    ['un dibujo con guiones', '<?xml version="1.0"?>\n<svg:svg xmlns:svg="x"><script/></svg:svg>'],
    ['un GIF', Buffer.from('4749463839610100010080000000000021f904', 'hex')],
    ['una foto AVIF', heif('avif', 'mif1')],
    ['una foto AVIF que dice mif1', heif('mif1', 'mif1', 'avif')],
    ['un programa', Buffer.from('7f454c4602010100000000000000000002003e00', 'hex')],
    ['texto con un byte cero', 'a,b\n\0,1\n'],
    ['bytes que windows-1252 no usa', Buffer.from('612c620a8131', 'hex')],
    ['UTF-16 cortado', utf16('\ufeffa;b\n1;2\n').subarray(0, -1)],
    ['columnas que no cuadran', 'a,b,c\n1,2\n3\n'],
  ])('no: %s', async (_, content) => {
    expect(await recognise(content)).toBeUndefined()
  })

  test.each([
    ['un XML con DOCTYPE', '<?xml version="1.0"?><!DOCTYPE f [<!ENTITY x "y">]><f>&x;</f>', 'DOCTYPE'],
    ['un correo', EML, 'correo'],
    ['un XLS', Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(600)]), 'XLSX'],
    ['un RAR', Buffer.from('526172211a070100', 'hex'), 'ZIP'],
    ['lo demás', '¿?', 'HEIC'],
  ])('dice qué hacer con %s', async (_, content, dice) => {
    expect(await recogniseContent(Buffer.from(content))).toEqual({ refused: expect.stringContaining(dice) })
  })

  test('un carácter cortado al final de la muestra no lo confunde', async () => {
    for (const delante of ['', 'a', 'aa', 'aaa']) {
      const sample = Buffer.from(`${delante}a,b\n${'ñ,é\n'.repeat(20_000)}`).subarray(0, SAMPLE_BYTES)
      expect(await recognise(sample)).toBe('text/csv')
    }
    const wide = utf16(`\ufeffa,b\n${'ñ,é\n'.repeat(20_000)}`).subarray(0, SAMPLE_BYTES)
    expect(await recognise(wide)).toBe('text/csv')
  })

  test('ningún contenido lo hace fallar, ni tardar cien veces lo que uno sencillo', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 4100 }), async (bytes) => {
        await recogniseContent(bytes)
      }),
    )
    /** The least of a few tries: what else the machine does is not counted. */
    const cuesta = async (bytes: Uint8Array) => {
      const veces: number[] = []
      for (let n = 0; n < 3; n++) {
        const desde = performance.now()
        await recogniseContent(bytes)
        veces.push(performance.now() - desde)
      }
      return Math.min(...veces)
    }
    // What goes back over its bytes for each of them takes thousands of times as long.
    const sencillo = await cuesta(Buffer.from('a,b\n1,2\n'.repeat(SAMPLE_BYTES)).subarray(0, SAMPLE_BYTES))
    const largos = ['9', '"', '""', '<!--', '<?', ' ', '\n', ',', 'a1 ', '{"type":', 'x-a:']
    for (const trozo of largos)
      for (const inicio of ['', '<?xml?>', 'h\n', '{']) {
        const largo = Buffer.from(inicio + trozo.repeat(SAMPLE_BYTES)).subarray(0, SAMPLE_BYTES)
        expect((await cuesta(largo)) / sencillo, JSON.stringify([inicio, trozo])).toBeLessThan(100)
      }
  })
})
