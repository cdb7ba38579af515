import { expect, test } from 'vitest'
import { fill } from '../../scripts/fill.ts'
import { databaseUrl } from '../../supabase/local/postgres/bootstrap.ts'
import { migrate } from '../../supabase/local/postgres/migrate.ts'
import { withTemporaryCluster } from '../../supabase/local/postgres/temporary.ts'
import { connected } from '../support/sql.ts'
import { expected, sumado } from './kpis-counted.ts'

test(
  'lo que se carga sin disparadores se suma igual, y se puede hacer de nuevo',
  () =>
    withTemporaryCluster(async (db) => {
      const url = databaseUrl(db, 'postgres')
      await migrate(url)
      await fill({ databaseUrl: url, contratos: 800, empresas: 12, semilla: 7 })
      await connected(url, async (client) => {
        const { rows } = await client.query<{ id: string }>('select id from public.empresas order by id')
        const todas = async () => {
          const sumas = []
          for (const { id } of rows) sumas.push(await sumado(client, id))
          return sumas
        }
        const sumas = await todas()
        for (const [i, { id }] of rows.entries()) expect(sumas[i]).toEqual(await expected(client, id))
        expect(sumas.flat().length).toBeGreaterThan(1000)
        const avances = 'select * from public.avances order by contrato_id'
        const antes = (await client.query(avances)).rows
        await client.query('select privado.recalcular_kpis()')
        expect(await todas()).toEqual(sumas)
        expect((await client.query(avances)).rows).toEqual(antes)
      })
    }),
  120_000,
)
