// The verifier is tried as its users have it: a program of its own, over a ZIP or a folder.
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bagInfo, manifest } from '../../server/evidencia/bagit.ts'
import { keyOfSeed, signedCheckpoint, verifierText } from '../../server/evidencia/checkpoint.ts'
import { makeTempDir } from '../../supabase/local/postgres/temporary.ts'
import { sha256 } from '../support/sha256.ts'
import { CLAVE, enZip, hacer, VERIFICADOR } from './muestra.ts'
import { unzip } from './unzip.ts'

let dir: string
let zip: string
let bag: string

const filesOf = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort()

function verify(path: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [VERIFICADOR, path, ...args], {
    encoding: 'utf8',
  })
  return { status, said: stdout + stderr }
}

/** A copy of the bag, with something done to it. */
function altered(change: (folder: string) => void): string {
  const copy = join(dir, 'copia', 'CT-2026-00001-expediente-5')
  rmSync(dirname(copy), { recursive: true, force: true })
  cpSync(bag, copy, { recursive: true })
  change(copy)
  return copy
}

beforeAll(async () => {
  dir = await makeTempDir('triboka-expediente-')
  const bytes = await enZip(await hacer())
  zip = join(dir, 'expediente.zip')
  writeFileSync(zip, bytes)
  for (const [name, content] of await unzip(bytes)) {
    mkdirSync(dirname(join(dir, name)), { recursive: true })
    writeFileSync(join(dir, name), content)
  }
  bag = join(dir, 'CT-2026-00001-expediente-5')
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

test('dice que sí del ZIP y de su carpeta, y con qué clave', () => {
  for (const path of [zip, bag]) {
    const { status, said } = verify(path)
    expect([status, said]).toEqual([
      0,
      expect.stringMatching(/la clave que trae el expediente: triboka\.example\+[\s\S]*\nSÍ:/),
    ])
  }
  const given = verify(zip, '--clave', CLAVE)
  expect([given.status, given.said]).toEqual([0, expect.stringContaining('la clave dada: triboka.example+')])
})

test('después de un cambio de clave se dan las dos', () => {
  const other = verifierText({ name: 'triboka.example', key: keyOfSeed(Buffer.alloc(32, 9)) })
  expect(verify(zip, '--clave', other, '--clave', CLAVE)).toMatchObject({
    status: 0,
    said: expect.stringContaining('las claves dadas: triboka.example+'),
  })
  expect(verify(zip, '--clave', other, '--clave', other)).toMatchObject({ status: 1 })
  expect(verify(zip, '--clave')).toMatchObject({ status: 1 })
  expect(verify(zip, CLAVE, '--clave')).toMatchObject({ status: 1 })
})

test('con otra clave, aunque tenga el mismo nombre, dice que no', () => {
  const other = verifierText({ name: 'triboka.example', key: keyOfSeed(Buffer.alloc(32, 9)) })
  const { status, said } = verify(zip, '--clave', other)
  expect(status).toBe(1)
  expect(said).toContain('firma.txt: no la firma ninguna de las claves')
  expect(verify(zip, '--clave', 'no es una clave').status).toBe(1)
})

test('un byte cambiado, en cualquier sitio de cualquier archivo, se encuentra y se nombra', () => {
  for (const name of filesOf(bag)) {
    const { size } = statSync(join(bag, name))
    for (const at of new Set([0, Math.floor(size / 3), size - 1])) {
      const copy = altered((folder) => {
        const bytes = readFileSync(join(folder, name))
        bytes[at]! ^= 1
        writeFileSync(join(folder, name), bytes)
      })
      const { status, said } = verify(copy)
      expect([name, at, status], said).toEqual([name, at, 1])
      expect(said, `${name} ${at}`).toContain(name)
    }
  }
}, 120_000)

test('un archivo que falta, sobra o cambia de lugar con otro, también', () => {
  const [uno, otro] = filesOf(join(bag, 'data/papeles')).map((name) => `data/papeles/${name}`)
  const cases: [string, (folder: string) => void][] = [
    [uno!, (folder) => rmSync(join(folder, uno!))],
    ['firma.txt', (folder) => rmSync(join(folder, 'firma.txt'))],
    ['tagmanifest-sha256.txt', (folder) => rmSync(join(folder, 'tagmanifest-sha256.txt'))],
    ['data/evidencia/eventos.jsonl', (folder) => rmSync(join(folder, 'data/evidencia/eventos.jsonl'))],
    ['data/nuevo.txt', (folder) => writeFileSync(join(folder, 'data/nuevo.txt'), 'x')],
    ['nuevo.txt', (folder) => writeFileSync(join(folder, 'nuevo.txt'), 'x')],
    [
      uno!,
      (folder) => {
        const first = readFileSync(join(folder, uno!))
        writeFileSync(join(folder, uno!), readFileSync(join(folder, otro!)))
        writeFileSync(join(folder, otro!), first)
      },
    ],
  ]
  for (const [name, change] of cases) {
    const { status, said } = verify(altered(change))
    expect([name, status]).toEqual([name, 1])
    expect(said).toContain(name)
  }
})

/** Writes the manifests again, as whoever changed a file and knows BagIt would. */
function remake(folder: string, sign?: (text: string) => string): void {
  const entry = (path: string) => ({ path, sha256: sha256(readFileSync(join(folder, path))), bytes: 0 })
  const lista = manifest(
    filesOf(folder)
      .filter((name) => name.startsWith('data/'))
      .map(entry),
  )
  writeFileSync(join(folder, 'manifest-sha256.txt'), lista)
  if (sign) writeFileSync(join(folder, 'firma.txt'), sign(lista))
  const tags = filesOf(folder).filter((name) => !/^(data\/|tagmanifest)/.test(name))
  writeFileSync(join(folder, 'tagmanifest-sha256.txt'), manifest(tags.map(entry)))
}

test('lo que se añade fuera de lo firmado, aunque se anote, se nombra', () => {
  const loose = altered((folder) => {
    writeFileSync(join(folder, 'ANEXO.pdf'), 'El precio es otro.')
    remake(folder)
  })
  expect(verify(loose)).toMatchObject({ status: 1, said: expect.stringContaining('ANEXO.pdf: está de más') })
  const other = altered((folder) => {
    writeFileSync(join(folder, 'bagit.txt'), 'BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-16\n')
    remake(folder)
  })
  expect(verify(other)).toMatchObject({ status: 1, said: expect.stringContaining('bagit.txt: no es el de') })
  // Beside the bag, with the path that a paper has in it: whoever opens the ZIP sees this one first.
  const [paper] = filesOf(join(bag, 'data/papeles'))
  const beside = dirname(altered(() => {}))
  expect(verify(beside)).toMatchObject({ status: 0 })
  for (const name of [`data/papeles/${paper}`, 'zz.txt']) {
    mkdirSync(dirname(join(beside, name)), { recursive: true })
    writeFileSync(join(beside, name), 'x')
    expect(verify(beside)).toMatchObject({
      status: 1,
      said: expect.stringContaining(`✗ ${name}: está de más`),
    })
  }
})

test('quien cambia el precio y rehace los manifiestos no tiene la firma', () => {
  const copy = altered((folder) => {
    const file = join(folder, 'data/contrato.json')
    writeFileSync(file, readFileSync(file, 'utf8').replace('5000.00', '9000.00'))
    remake(folder)
  })
  const { status, said } = verify(copy)
  expect([status, said]).toEqual([1, expect.stringContaining('firma.txt: no es de estos archivos')])
})

test('quien además firma con su propia clave se delata ante quien tiene la de siempre', () => {
  const suya = { name: 'triboka.example', key: keyOfSeed(Buffer.alloc(32, 9)) }
  const copy = altered((folder) => {
    const pruebas = join(folder, 'data/evidencia/pruebas.json')
    writeFileSync(pruebas, readFileSync(pruebas, 'utf8').replace(CLAVE, verifierText(suya)))
    remake(folder, (lista) => {
      const root = Buffer.from(sha256(lista + readFileSync(join(folder, 'bag-info.txt'), 'utf8')), 'hex')
      return signedCheckpoint({ origin: 'triboka.example/CT-2026-00001/expediente', size: 5, root }, suya)
    })
  })
  expect(verify(copy).said).toContain('data/evidencia/checkpoint.txt: no la firma ninguna de las claves')
  expect(verify(copy, '--clave', CLAVE)).toMatchObject({ status: 1 })
})

test('un ZIP cortado, uno que no lo es y uno que no existe son un no, sin ruido', () => {
  const cut = join(dir, 'cortado.zip')
  const bytes = readFileSync(zip)
  for (const content of [
    bytes.subarray(0, bytes.length - 100),
    bytes.subarray(0, 1000),
    Buffer.from('hola'),
    Buffer.alloc(0),
  ]) {
    writeFileSync(cut, content)
    const { status, said } = verify(cut)
    expect([status, said]).toEqual([1, expect.stringContaining('NO:')])
    expect(said).not.toMatch(/at .*verificar\.mjs:/)
  }
  expect(verify(join(dir, 'nada.zip')).status).toBe(1)
})

test('el de Python y el de las huellas de siempre dicen lo mismo', () => {
  execFileSync('sha256sum', ['-c', '--quiet', 'manifest-sha256.txt', 'tagmanifest-sha256.txt'], { cwd: bag })
  // The reference implementation, where somebody has installed it.
  const has = spawnSync('python3', ['-c', 'import bagit'])
  if (has.status === 0) {
    const { status, stderr } = spawnSync('python3', ['-m', 'bagit', '--validate', bag], { encoding: 'utf8' })
    expect([status, stderr]).toEqual([0, expect.stringContaining('is valid')])
  }
  expect(bagInfo({ a: 'b\nc' })).toBe('a: b c\n')
})
