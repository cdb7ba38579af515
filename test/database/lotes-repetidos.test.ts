import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { databaseUrl } from '../../supabase/local/postgres/bootstrap.ts'
import { migrate } from '../../supabase/local/postgres/migrate.ts'
import { withTemporaryCluster } from '../../supabase/local/postgres/temporary.ts'
import { PROJECT_DIR } from '../../supabase/local/settings.ts'
import { connected } from '../support/sql.ts'
import { nuevoRuc } from './world.ts'

const MIGRACION = join(PROJECT_DIR, 'supabase/migrations/20261127130302_codigos_de_lote.sql')

test('una base con códigos que solo difieren en mayúsculas se actualiza sin perderlos', () =>
  withTemporaryCluster(async (db) => {
    await migrate(databaseUrl(db, 'postgres'))
    await connected(databaseUrl(db, 'postgres'), async (client) => {
      // As it was before.
      await client.query(`drop index public.lotes_asociados_codigo_lote_key;
        drop function privado.clave_lote(text);
        alter table public.lotes_asociados add constraint lotes_asociados_codigo_lote_key unique (contrato_id, codigo_lote)`)
      await client.query(
        `with e as (insert into public.empresas (ruc, nombre, tipo)
           values ($1, 'Una', 'exportadora'), ($2, 'Otra', 'centro_acopio') returning id)
         insert into public.contratos (exportadora_id, contraparte_id, volumen_tm) select min(id), max(id), 1 from e`,
        [nuevoRuc(), nuevoRuc()],
      )
      const lote = (codigo: string) =>
        client.query(
          `insert into public.lotes_asociados (contrato_id, codigo_lote, peso_qq, humedad)
           select id, $1, 1, 7 from public.contratos`,
          [codigo],
        )
      for (const codigo of ['Finca-A', 'finca-a', 'FINCA-A', 'Otro']) await lote(codigo)

      await client.query(await readFile(MIGRACION, 'utf8'))
      const { rows } = await client.query('select codigo_lote from public.lotes_asociados order by id')
      expect(rows.map((row) => row.codigo_lote)).toEqual(['Finca-A', 'finca-a', 'FINCA-A', 'Otro'])
      for (const codigo of ['fInCa-A', 'Finca-A', 'OTRO'])
        await expect(lote(codigo)).rejects.toMatchObject({ constraint: 'lotes_asociados_codigo_lote_key' })
      await lote('Finca-B')
    })
  }))
