// What an expediente costs while it is made: it is written as it is read, however large.
import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { openZip } from '../../server/evidencia/zip-writer.ts'
import { escribirBolsa } from '../../server/expediente/bolsa.ts'
import type { Papel } from '../../server/expediente/leer.ts'
import { until } from '../support/until.ts'
import { hacer } from './muestra.ts'

const MB = 1 << 20
const chunk = Buffer.alloc(64 << 10, 'x')

/** A contract with papers of 50 MB each, and what has been read of them. */
async function grande(papeles: number) {
  const { exp, fuentes } = await hacer()
  const read = { bytes: 0, open: 0 }
  const uno = exp.documentos[0]!
  exp.documentos = Array.from(
    { length: papeles },
    (_, i): Papel => ({ ...uno, id: i + 1, nombre: `${i}.pdf`, sha256: null }),
  )
  fuentes.papel = async () =>
    (async function* () {
      read.open++
      try {
        for (let left = 50 * MB; left > 0; left -= chunk.length) {
          read.bytes += chunk.length
          yield chunk
        }
      } finally {
        read.open--
      }
    })()
  const zip = openZip()
  const written = escribirBolsa(zip, exp, fuentes).then(zip.end, zip.destroy)
  return { zip, read, written }
}

test('500 MB pasan sin que la memoria crezca 100', async () => {
  const { zip, read, written } = await grande(10)
  const before = process.memoryUsage.rss()
  let [bytes, most] = [0, 0]
  for await (const part of zip.output) {
    bytes += (part as Buffer).length
    most = Math.max(most, process.memoryUsage.rss() - before)
  }
  await written
  expect(read.bytes).toBe(500 * MB)
  expect(bytes).toBeGreaterThan(500 * MB)
  expect(most / MB).toBeLessThan(100)
})

test('no se lee más aprisa que lo que toma quien lo baja', async () => {
  const { zip, read, written } = await grande(2)
  const parts = zip.output[Symbol.asyncIterator]()
  for (let taken = 0; taken < MB; ) taken += ((await parts.next()).value as Buffer).length
  // Whoever reads takes no more: nothing goes on behind.
  let last = -1
  for (; last !== read.bytes; await turn()) last = read.bytes
  expect(read.bytes).toBeLessThan(4 * MB)
  zip.output.destroy()
  await written
})

test('quien se va cierra lo que se estaba leyendo', async () => {
  const { zip, read, written } = await grande(2)
  const parts = zip.output[Symbol.asyncIterator]()
  for (let taken = 0; taken < MB; ) taken += ((await parts.next()).value as Buffer).length
  expect(read.open).toBe(1)
  zip.output.destroy()
  await written
  await until('it is closed', () => read.open === 0)
  expect(read.bytes).toBeLessThan(4 * MB)
})

test('un papel que se corta a la mitad corta el expediente: nadie lo toma por entero', async () => {
  const { exp, fuentes } = await hacer()
  fuentes.papel = async () =>
    (async function* () {
      yield chunk
      throw new Error('el almacén se cayó')
    })()
  const zip = openZip()
  const written = escribirBolsa(zip, exp, fuentes).then(zip.end, zip.destroy)
  await expect(async () => {
    for await (const _ of zip.output);
  }).rejects.toThrow('el almacén se cayó')
  await written
})
