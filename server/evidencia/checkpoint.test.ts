import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import {
  keyOfSeed,
  openCheckpoint,
  parseCheckpoint,
  parseVerifier,
  signedCheckpoint,
  verifierText,
} from './checkpoint.ts'

const name = 'triboka.example/empresa-1'
const signer = { name, key: keyOfSeed(Buffer.alloc(32, 7)) }
const VERIFIER = 'triboka.example/empresa-1+2ceec33f+AepKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtIs'
const NOTE = `triboka.example/empresa-1
2
1nQYJHdr7J+c6dPcG/WKx3ocYhlZ6yLQ2LiMTVoLAZI=

— triboka.example/empresa-1 LO7DP3/+Mm+apbaYkAIHM2LCDBOZPIWDIupm/tam3g8wM0pCo0p2+ne3yOpU/qciz2EgLRUeqDAFmPEWeKuJI2wwNgU=
`
const root = Buffer.from('1nQYJHdr7J+c6dPcG/WKx3ocYhlZ6yLQ2LiMTVoLAZI=', 'base64')

describe('un punto de control', () => {
  test('se firma como se conoce, y la clave se escribe como se conoce', () => {
    expect(signedCheckpoint({ origin: name, size: 2, root }, signer)).toBe(NOTE)
    expect(verifierText(signer)).toBe(VERIFIER)
  })

  test('se abre con su clave, y con otra no', () => {
    const opened = openCheckpoint(NOTE, [parseVerifier(VERIFIER)])
    expect(opened).toMatchObject({ origin: name, size: 2, root, signedBy: { id: '2ceec33f' } })
    const other = { name, key: generateKeyPairSync('ed25519').privateKey }
    expect(openCheckpoint(NOTE, [parseVerifier(verifierText(other))])).toBeNull()
    expect(openCheckpoint(NOTE, [])).toBeNull()
  })

  test('al cambiar de clave firman las dos, y vale con cualquiera', () => {
    const next = { name, key: generateKeyPairSync('ed25519').privateKey }
    const note = signedCheckpoint({ origin: name, size: 2, root }, signer, next)
    for (const { name: who, key } of [signer, next]) {
      const verifier = parseVerifier(verifierText({ name: who, key }))
      expect(openCheckpoint(note, [verifier])?.signedBy.id).toBe(verifier.id)
    }
  })

  test('cualquier octeto que cambie se nota', () => {
    const verifiers = [parseVerifier(VERIFIER)]
    const bytes = Buffer.from(NOTE)
    for (let i = 0; i < bytes.length; i++)
      for (const bit of [1, 32, 128]) {
        const changed = Buffer.from(bytes)
        changed[i]! ^= bit
        // What is no UTF-8 any more is not the same text either.
        expect([i, openCheckpoint(changed.toString('utf8'), verifiers)]).toEqual([i, null])
      }
  })

  test('no se lee lo que no se escribiría así', () => {
    for (const wrong of [
      NOTE.replace('\n2\n', '\n02\n'),
      NOTE.replace('\n2\n', '\n-2\n'),
      NOTE.replace('AZI=', 'AZJ='),
      NOTE.replace('\n\n', '\nmás\n\n'),
      NOTE.slice(0, -1),
      NOTE.replaceAll('\n', '\r\n'),
      '',
      '\n\n',
    ])
      expect(parseCheckpoint(wrong)).toBeNull()
  })

  test('una clave cuyo número no es el suyo no es una clave', () => {
    for (const wrong of [VERIFIER.replace('2ceec33f', '2ceec33e'), VERIFIER.replace('AepK', 'AupK'), 'x', ''])
      expect(() => parseVerifier(wrong)).toThrow()
  })
})
