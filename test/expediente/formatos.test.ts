import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  BAGIT_TXT,
  bagInfo,
  fileNameInBag,
  manifest,
  manifestPath,
  oxum,
} from '../../server/evidencia/bagit.ts'
import { keyOfSeed } from '../../server/evidencia/checkpoint.ts'
import { huellaDe, nuevoTestigo, TESTIGO, testigoDe } from '../../server/expediente/testigo.ts'
import { enZip, hacer } from './muestra.ts'

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const file = (path: string, content: string) => ({
  path,
  sha256: sha256(content),
  bytes: Buffer.byteLength(content),
})

test('un bag es, al byte, el de los vectores', () => {
  const datos = [file('data/factura/ñandú.txt', 'Área\n'), file('data/contrato/0001.txt', 'hola\n')]
  expect(sha256(BAGIT_TXT)).toMatch(/^1712ecfb.*fcc9$/)
  expect(oxum(datos)).toBe('11.2')
  const lista = manifest(datos)
  expect(lista).toBe(
    '133ee989293f92736301280c6f14c89d521200c17dcdcecca30cd20705332d44  data/contrato/0001.txt\n' +
      '109347149c99904ddf3bcaf0b4b13ad902e74bdf6d34e80193c79eed73b6e142  data/factura/ñandú.txt\n',
  )
  expect(sha256(lista)).toBe('9f7b5b7ca942527993dc5c2ff0c64ebd18ee47cd88525de93b162d739e72c8f3')
  const info = bagInfo({
    'Bag-Software-Agent': 'triboka',
    'Bagging-Date': '2026-11-27',
    'External-Identifier': 'CT-2026-00001',
    'Payload-Oxum': oxum(datos),
  })
  expect(sha256(info)).toBe('22b3430d7dceb3d4550346f247f147dc444942c8edc1784f7eea79bf203e1c52')
  const etiquetas = [
    file('manifest-sha256.txt', lista),
    file('bagit.txt', BAGIT_TXT),
    file('bag-info.txt', info),
  ]
  expect(sha256(manifest(etiquetas))).toBe('0e527da0b3059a23381f20d190e56d85be6185f7fea1b318afa71127495efbd4')
})

test('lo que terminaría una línea del manifiesto va por su número', () => {
  expect(manifestPath('a%b\r\nc')).toBe('a%25b%0D%0Ac')
})

test.each([
  ['../../etc/passwd', '_.._etc_passwd'],
  ['/abs', '_abs'],
  ['C:\\x', 'C__x'],
  ['CON.txt', '_CON.txt'],
  ['aux', '_aux'],
  ['contrato.pdf ', 'contrato.pdf'],
  ['a\u0000b\u202ec.pdf', 'abc.pdf'],
  ['n\u0303andu\u0301', 'ñandú'],
  ['...', 'archivo'],
  ['', 'archivo'],
])('el nombre %j se guarda como %j', (given, stored) => {
  expect(fileNameInBag(given)).toBe(stored)
})

test('ningún nombre sale de su carpeta, ni deja de ser un nombre', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (given) => {
      const name = fileNameInBag(given)
      expect(name).not.toMatch(/[/\\\0\r\n:]|^\.|[. ]$/)
      expect([...name].length).toBeGreaterThan(0)
      expect([...name].length).toBeLessThanOrEqual(121)
      expect(name.isWellFormed()).toBe(true)
    }),
  )
})

test('del mismo contrato sale el mismo ZIP, en cualquier zona horaria', async () => {
  const one = await enZip(await hacer())
  const zone = process.env.TZ
  try {
    process.env.TZ = 'Asia/Tokyo'
    expect((await enZip(await hacer())).equals(one)).toBe(true)
  } finally {
    if (zone === undefined) delete process.env.TZ
    else process.env.TZ = zone
  }
  expect((await enZip(await hacer('CT-2026-00002'))).equals(one)).toBe(false)
})

test('un testigo son 22 letras que salen de su sal y de la clave, y de nada más', () => {
  const [key, other] = [keyOfSeed(Buffer.alloc(32, 7)), keyOfSeed(Buffer.alloc(32, 8))]
  const sal = Buffer.alloc(16, 1)
  const made = testigoDe(sal, key)
  expect(made.texto).toMatch(TESTIGO)
  expect(testigoDe(sal, key)).toEqual(made)
  expect(made.huella).toEqual(huellaDe(made.texto))
  expect(testigoDe(sal, other).texto).not.toBe(made.texto)
  const many = new Set(Array.from({ length: 1000 }, () => nuevoTestigo(key).texto))
  expect(many.size).toBe(1000)
})
