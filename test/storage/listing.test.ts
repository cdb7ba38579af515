import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sql } from '../support/sql.ts'
import { allow, failure, makeBucket, ok, person, service } from './support.ts'

/** Rows without bytes: listings read only rows. */
const seedRows = (bucket: string, names: string[]) =>
  sql(
    `insert into storage.objects (bucket_id, name, created_at, updated_at)
     select $1, n, timestamptz '2025-01-01' + i * interval '1 minute', timestamptz '2025-01-01' - i * interval '1 minute'
     from unnest($2::text[]) with ordinality as t (n, i) on conflict do nothing`,
    [bucket, names],
  )

describe('list', () => {
  test('muestra un nivel, carpetas y archivos, por nombre sin mirar mayúsculas', async () => {
    const bucket = await makeBucket()
    await seedRows(bucket, ['b.txt', 'A.txt', 'a.txt', 'Carpeta/1', 'Carpeta/2', 'carro/1/2', 'z'])
    const files = service().from(bucket)
    const names = async (...args: Parameters<typeof files.list>) =>
      ok(await files.list(...args)).map(({ name, id }) => (id ? name : `${name}/`))
    expect(await names()).toEqual(['A.txt', 'a.txt', 'b.txt', 'Carpeta/', 'carro/', 'z'])
    expect(await names('', { sortBy: { order: 'desc' } })).toEqual([
      'z',
      'carro/',
      'Carpeta/',
      'b.txt',
      'a.txt',
      'A.txt',
    ])
    expect(await names('Carpeta')).toEqual(['1', '2'])
    expect(await names('/Carpeta/', { limit: 1, offset: 1 })).toEqual(['2'])
    expect(await names('carro')).toEqual(['1/'])
    expect(await names('', { search: 'CA' })).toEqual(['Carpeta/', 'carro/'])
    expect(await names('nada')).toEqual([])
    expect(await names('', { sortBy: { column: 'created_at', order: 'asc' } })).toEqual([
      'Carpeta/',
      'carro/',
      'b.txt',
      'A.txt',
      'a.txt',
      'z',
    ])
    expect(await names('', { sortBy: { column: 'updated_at', order: 'asc' }, limit: 2, offset: 2 })).toEqual([
      'z',
      'a.txt',
    ])
  })

  test('un comodín de SQL es una letra como otra', async () => {
    const bucket = await makeBucket()
    await seedRows(bucket, ['a_b', 'axb', 'a%b'])
    const files = service().from(bucket)
    expect(ok(await files.list('', { search: 'a_' })).map(({ name }) => name)).toEqual(['a_b'])
    expect(ok(await files.listV2({ prefix: 'a%' })).objects.map(({ name }) => name)).toEqual(['a%b'])
  })

  test('rechaza lo que no entiende con 400', async () => {
    const files = service().from(await makeBucket())
    expect(failure(await files.list('', { sortBy: { column: 'id; drop' } }))).toMatchObject({
      statusCode: '400',
    })
    expect(failure(await files.list('', { limit: -1 }))).toMatchObject({ statusCode: '400' })
    expect(failure(await files.list('', { offset: 1e12 }))).toMatchObject({ statusCode: '400' })
    expect(failure(await files.listV2({ cursor: 'x' }))).toMatchObject({ statusCode: '400' })
  })
})

const segment = fc.string({
  unit: fc.constantFrom('a', 'b', 'B', '-', '.x', '0'),
  minLength: 1,
  maxLength: 3,
})
const objectNames = fc.uniqueArray(
  fc.array(segment, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/')),
  { minLength: 1, maxLength: 25 },
)

const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b))

/** What a delimited listing of a prefix must show, in order. */
function expected(names: string[], prefix: string, isDelimited: boolean): string[] {
  const seen = new Set<string>()
  for (const name of names.filter((n) => n.startsWith(prefix))) {
    const slash = isDelimited ? name.indexOf('/', prefix.length) : -1
    seen.add(slash < 0 ? name : name.slice(0, slash + 1))
  }
  return [...seen].sort(byBytes)
}

describe('listV2', () => {
  test('página a página da lo mismo que de una vez, en cualquier orden y con cualquier prefijo', async () => {
    const bucket = await makeBucket()
    const files = service().from(bucket)
    const options = fc.record({
      limit: fc.integer({ min: 1, max: 7 }),
      isDelimited: fc.boolean(),
      order: fc.constantFrom('asc', 'desc'),
    })
    await fc.assert(
      fc.asyncProperty(
        objectNames,
        fc.constantFrom('', 'a', 'a/', 'B', 'b/a'),
        options,
        async (names, prefix, { limit, isDelimited, order }) => {
          await sql(
            `begin; set local storage.allow_delete_query = 'true'; delete from storage.objects where bucket_id = '${bucket}'; commit`,
          )
          await seedRows(bucket, names)
          for (const column of ['name', 'created_at'] as const) {
            const listed: string[] = []
            let cursor: string | undefined
            do {
              const page = ok(
                await files.listV2({
                  prefix,
                  limit,
                  with_delimiter: isDelimited,
                  cursor,
                  sortBy: { column, order: order as 'asc' },
                }),
              )
              expect(page.folders.length + page.objects.length).toBeLessThanOrEqual(limit)
              const both = [...page.folders, ...page.objects].map(({ name }) => name)
              listed.push(
                ...(column === 'name'
                  ? both.sort(order === 'asc' ? byBytes : (a, b) => byBytes(b, a))
                  : both),
              )
              cursor = page.nextCursor
              expect(page.hasNext).toBe(cursor !== undefined)
            } while (cursor)
            const wanted = expected(names, prefix, isDelimited)
            if (column === 'name') expect(listed).toEqual(order === 'asc' ? wanted : wanted.reverse())
            else expect([...listed].sort(byBytes)).toEqual(wanted)
          }
        },
      ),
      { numRuns: 40 },
    )
  })

  test('ordena por fecha, carpetas primero, sin perder nada entre páginas', async () => {
    const bucket = await makeBucket()
    await seedRows(bucket, ['f/1', 'c', 'a', 'b'])
    const listed: string[] = []
    let cursor: string | undefined
    do {
      const page = ok(
        await service()
          .from(bucket)
          .listV2({
            with_delimiter: true,
            limit: 1,
            cursor,
            sortBy: { column: 'created_at', order: 'desc' },
          }),
      )
      listed.push(...page.folders.map(({ key }) => `${key}/`), ...page.objects.map(({ name }) => name))
      cursor = page.nextCursor
    } while (cursor)
    expect(listed).toEqual(['f/', 'b', 'a', 'c'])
  })

  test('una página cuesta lo mismo con cien mil objetos, también bajo políticas', async () => {
    const who = await person()
    /** The least of several tries, in milliseconds, of each way of reading a page. */
    const cost = async (folders: number) => {
      const bucket = await makeBucket()
      await allow(who, bucket, ['select'])
      await sql(`insert into storage.objects (bucket_id, name)
        select '${bucket}', 'CT-' || lpad(i::text, 6, '0') || '/' || f
        from generate_series(1, ${folders}) i, unnest(array['contrato.pdf', 'factura_001.pdf']) f`)
      const files = who.storage.from(bucket)
      const ways = [
        async () => expect(ok(await files.list('', { limit: 100 }))).toHaveLength(100),
        async () => expect(ok(await files.list('CT-000150'))).toHaveLength(2),
        async () => expect(ok(await files.list('', { search: 'ct-0001', limit: 100 }))).toHaveLength(100),
        async () =>
          expect(ok(await files.listV2({ with_delimiter: true, limit: 100 })).folders).toHaveLength(100),
      ]
      const least: number[] = []
      try {
        for (const read of ways) {
          const times: number[] = []
          for (let n = 0; n < 5; n++) {
            const start = performance.now()
            await read()
            times.push(performance.now() - start)
          }
          least.push(Math.min(...times))
        }
      } finally {
        await sql(
          `begin; set local storage.allow_delete_query = 'true'; delete from storage.objects where bucket_id = '${bucket}'; commit`,
        )
      }
      return least
    }
    const [few, many] = [await cost(200), await cost(50_000)]
    // Reading the whole bucket would cost 250 times as much; a page of an index costs the same.
    for (const [n, time] of many.entries()) expect(time / few[n]!).toBeLessThan(20)
  })
})
