import { postgresChangesFilter } from '@supabase/supabase-js'
import fc from 'fast-check'
import pg from 'pg'
import { describe, expect, onTestFinished, test } from 'vitest'
import { decide, toSql } from '../../supabase/local/realtime/changes/conditions.ts'
import { ChangesError } from '../../supabase/local/realtime/changes/errors.ts'
import { parseFilter } from '../../supabase/local/realtime/changes/filters.ts'
import { stack } from './support.ts'

const word = fc.oneof(
  fc.string({ unit: fc.constantFrom(...'ab ,."\\()=%*'), maxLength: 8 }),
  fc.constantFrom('null', 'not.eq.a', 'in.(a,b)', ' a ', '"', '\\', ')', ',', 'a,b=eq.c', 'ñandú 🍫'),
)

describe('filtros', () => {
  test('lo que el SDK escribe se lee con sus mismos valores, cualesquiera que sean', () => {
    const condition = fc.oneof(
      fc.record({
        operator: fc.constantFrom('eq', 'neq', 'lt', 'gte', 'like', 'imatch'),
        values: fc.tuple(word),
      }),
      fc.record({
        operator: fc.constant('in'),
        values: fc.uniqueArray(word, { minLength: 1, maxLength: 4 }),
      }),
    )
    fc.assert(
      fc.property(
        fc.array(fc.tuple(condition, fc.boolean()), { minLength: 1, maxLength: 4 }),
        (conditions) => {
          const builder = postgresChangesFilter()
          for (const [{ operator, values }, isNot] of conditions) {
            const value = operator === 'in' ? values : values[0]
            if (isNot) builder.not('texto', operator as 'eq', value as string)
            else
              (builder as never as Record<string, (c: string, v: unknown) => void>)[operator]!('texto', value)
          }
          expect(parseFilter(String(builder))).toEqual(
            conditions.map(([{ operator, values }, isNot]) => ({ column: 'texto', isNot, operator, values })),
          )
        },
      ),
      { numRuns: 2000 },
    )
  })

  test('cualquier texto se lee o se niega, sin otro error', () => {
    const text = fc.oneof(
      word,
      fc.string(),
      fc.array(word).map((words) => `a=${words.join('.')}`),
    )
    fc.assert(
      fc.property(text, (filter) => {
        try {
          for (const { column, values } of parseFilter(filter))
            expect([typeof column, values.length > 0]).toEqual(['string', true])
        } catch (error) {
          expect(error).toBeInstanceOf(ChangesError)
        }
      }),
      { numRuns: 3000 },
    )
  })

  test('lo que se decide sin preguntar es lo que Postgres diría', async () => {
    const client = new pg.Client({ connectionString: stack.databaseUrl })
    await client.connect()
    onTestFinished(() => client.end())
    const number = fc.oneof(
      fc.integer({ min: -20, max: 20 }).map(String),
      fc.constantFrom('-0', '007', '+5', ' 5', '5.0'),
    )
    const uuid = fc.constantFrom(
      '00000000-0000-4000-8000-00000000000a',
      '00000000-0000-4000-8000-00000000000A',
      '00000000000040008000000000000abc',
    )
    const kinds = {
      text: fc.constantFrom('', 'a', 'A', 'a ', 'ñ', 'null'),
      varchar: fc.constantFrom('', 'a', 'A', 'a '),
      int4: number.filter((text) => !text.includes('.')),
      int8: number.filter((text) => !text.includes('.')),
      bool: fc.constantFrom('t', 'f', 'true', 'no'),
      uuid,
      numeric: number,
    } as const
    const canonical: Record<keyof typeof kinds, (text: string) => boolean> = {
      text: () => true,
      varchar: () => true,
      int4: (text) => String(Number(text)) === text && text !== '-0',
      int8: (text) => String(Number(text)) === text && text !== '-0',
      bool: (text) => /^[tf]$/.test(text),
      uuid: (text) => /^[0-9a-f-]{36}$/.test(text),
      numeric: (text) => /^-?\d+(\.\d+)?$/.test(text) && text !== '-0' && text !== '007',
    }
    const cases = fc
      .constantFrom(...(Object.keys(kinds) as (keyof typeof kinds)[]))
      .chain((type) =>
        fc.record({
          type: fc.constant(type),
          operator: fc.constantFrom('eq', 'neq', 'in', 'isdistinct', 'lt', 'is'),
          isNot: fc.boolean(),
          values: fc.array(kinds[type] as fc.Arbitrary<string>, { minLength: 1, maxLength: 3 }),
          // The log writes a value in one way only.
          text: fc.option((kinds[type] as fc.Arbitrary<string>).filter(canonical[type])),
        }),
      )
      .map(({ operator, values, ...rest }) => ({
        ...rest,
        condition: {
          column: 'c',
          operator,
          isNot: rest.isNot,
          values: operator === 'is' ? ['null'] : operator === 'in' ? values : values.slice(0, 1),
        },
      }))
    let decided = 0
    await fc.assert(
      fc.asyncProperty(cases, async ({ type, condition, text }) => {
        const mine = decide(condition, type, text)
        if (mine === undefined) return
        decided++
        const given: (string | null)[] = [text]
        const sql = toSql(condition, type, (value) => `$${given.push(value)}`, '$1')
        const { rows } = await client.query(`select ${sql} as holds, $1::text as value`, given)
        expect(mine, JSON.stringify({ type, condition, text })).toBe(rows[0].holds)
      }),
      { numRuns: 1500 },
    )
    expect(decided).toBeGreaterThan(500)
  })
})
