// What the database writes as canonical JSON and as a Merkle root is what the server writes.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalEvidence, type Json } from '../../server/evidencia/jcs.ts'
import { merkleRoot } from '../../server/evidencia/merkle.ts'
import { withUserDb } from './support.ts'

test('el JSON canónico de la base es el del servidor', () =>
  withUserDb('sistema', async (db) => {
    // Postgres keeps no U+0000 in its texts.
    const texto = fc.string({ unit: 'binary' }).map((s) => s.replaceAll('\0', ''))
    const valor = fc.letrec<{ valor: Json }>((tie) => ({
      valor: fc.oneof(
        { maxDepth: 3 },
        fc.constant(null),
        fc.boolean(),
        fc.maxSafeInteger(),
        texto,
        fc.array(tie('valor'), { maxLength: 4 }),
        fc.dictionary(texto, tie('valor'), { maxKeys: 5 }),
      ),
    })).valor
    await fc.assert(
      fc.asyncProperty(valor, async (json) => {
        const [fila] = await db.query('select privado.jcs($1::jsonb) as texto', [JSON.stringify(json)])
        expect(fila!.texto).toBe(canonicalEvidence(json))
      }),
      { numRuns: 300 },
    )
  }))

test('y la raíz de Merkle también', () =>
  withUserDb('sistema', async (db) => {
    for (let n = 0; n < 40; n++) {
      const hojas = Array.from({ length: n }, (_, i) => Buffer.from(`hoja ${i}`))
      const [fila] = await db.query('select privado.merkle($1::bytea[]) as raiz', [hojas])
      expect(fila!.raiz.equals(merkleRoot(hojas))).toBe(true)
    }
  }))
