import { describe, expect, test } from 'vitest'
import { MATRIX } from './matrix.ts'
import { type Db, type Speaker, withUserDb } from './support.ts'
import { TODOS, type Verb } from './who.ts'

/** No row, "permission denied", or a refusal of ours: never another failure, which would hide a hole. */
const REFUSALS: unknown[] = [0, '42501', 'PT403', 'PT404']

/** Tries as one person and undoes it. @returns whether it was let through. */
async function intenta(db: Db, quien: Speaker, { sql, params, antes }: Verb): Promise<boolean> {
  await db.client.query('savepoint persona')
  await antes?.(db, quien)
  await db.como(quien)
  const filas = await db.cuenta(sql, params?.(db)).catch((error) => error.code as string)
  await db.client.query('rollback to savepoint persona')
  if (typeof filas === 'number' && filas > 0) return true
  expect(REFUSALS, `${quien}: ${filas}`).toContain(filas)
  return false
}

describe.each(Object.keys(MATRIX))('%s', (tabla) => {
  test.each(Object.entries(MATRIX[tabla]!))('%s: solo quien puede', async (_verbo, caso) => {
    await withUserDb('sistema', async (db) => {
      const pudieron: Speaker[] = []
      for (const quien of TODOS) if (await intenta(db, quien, caso)) pudieron.push(quien)
      expect(pudieron).toEqual(caso.pueden)
    })
  })
})
