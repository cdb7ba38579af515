import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  consistencyProof,
  inclusionProof,
  isConsistent,
  isIncluded,
  leafHash,
  merkleRoot,
  nodeHash,
  subtreesOf,
} from './merkle.ts'

const LEAVES = ['', '00', '10'].map((hex) => Buffer.from(hex, 'hex'))
const hex = (bytes: Buffer) => bytes.toString('hex')

/** As RFC 6962 defines it, without a thought for memory. */
function defined(hashes: Buffer[]): Buffer {
  if (hashes.length === 1) return hashes[0]!
  let k = 1
  while (k * 2 < hashes.length) k *= 2
  return nodeHash(defined(hashes.slice(0, k)), defined(hashes.slice(k)))
}

const leavesOf = (n: number) => Array.from({ length: n }, (_, i) => leafHash(Buffer.from(`hoja ${i}`)))

describe('el árbol de RFC 6962', () => {
  test('da las raíces que se conocen', () => {
    expect(hex(merkleRoot([]))).toMatch(/^e3b0c442.*b855$/)
    expect(hex(merkleRoot(LEAVES.slice(0, 1)))).toBe(
      '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    )
    expect(hex(merkleRoot(LEAVES.slice(0, 2)))).toBe(
      'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
    )
    expect(hex(merkleRoot(LEAVES))).toBe('aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77')
    const events = [
      '3c1042314291ed997c05f9d0e6e88e9b2be1973083a53f0b8a2f223780403ce2',
      '457629c62d53814800195323428e501bee2edeb95b98f634405eae06803d6aa4',
    ].map((text) => Buffer.from(text, 'hex'))
    expect(hex(merkleRoot(events))).toBe('d6741824776bec9f9ce9d3dc1bf58ac77a1c621959eb22d0d8b88c4d5a0b0192')
  })

  test('las pruebas de inclusión que se conocen', async () => {
    const subtree = subtreesOf(LEAVES.map(leafHash))
    const first = (await inclusionProof(subtree, 0, 3)).map(hex)
    expect(first[0]).toMatch(/^96a296d2.*cfc7$/)
    expect(first[1]).toMatch(/^0298d122.*7fe7$/)
    expect((await inclusionProof(subtree, 2, 3)).map(hex)).toEqual([hex(merkleRoot(LEAVES.slice(0, 2)))])
  })

  test('creciendo hoja a hoja da lo mismo que la definición', () => {
    for (let n = 1; n < 70; n++) {
      const hashes = leavesOf(n)
      expect(hex(subtreesOf(hashes)(0, n) as Buffer)).toBe(hex(defined(hashes)))
    }
  })

  test('toda hoja se prueba, y ninguna otra, ni en otro sitio', async () => {
    const index = fc.integer({ min: 1, max: 80 }).chain((n) => fc.tuple(fc.constant(n), fc.nat(n - 1)))
    await fc.assert(
      fc.asyncProperty(index, async ([n, i]) => {
        const hashes = leavesOf(n)
        const root = defined(hashes)
        const proof = await inclusionProof(subtreesOf(hashes), i, n)
        expect(isIncluded(hashes[i]!, i, n, proof, root)).toBe(true)
        expect(isIncluded(leafHash(Buffer.from('otra')), i, n, proof, root)).toBe(false)
        expect(isIncluded(hashes[i]!, i, n, [...proof, root], root)).toBe(false)
        expect(isIncluded(hashes[i]!, n, n, proof, root)).toBe(false)
        for (let other = 0; other < n; other++)
          if (other !== i) expect(isIncluded(hashes[i]!, other, n, proof, root)).toBe(false)
      }),
    )
  })

  test('un árbol continúa a otro, y uno rehecho desde el medio no', async () => {
    const sizes = fc
      .integer({ min: 1, max: 80 })
      .chain((n) => fc.tuple(fc.constant(n), fc.integer({ min: 1, max: n })))
    await fc.assert(
      fc.asyncProperty(sizes, async ([n, old]) => {
        const hashes = leavesOf(n)
        const before = defined(hashes.slice(0, old))
        const proof = await consistencyProof(subtreesOf(hashes), old, n)
        expect(isConsistent(old, n, before, defined(hashes), proof)).toBe(true)
        const remade = hashes.with(old - 1, leafHash(Buffer.from('cambiada')))
        const lie = await consistencyProof(subtreesOf(remade), old, n)
        expect(isConsistent(old, n, before, defined(remade), lie)).toBe(false)
      }),
    )
  })
})
