import { expect, test } from 'vitest'
import { fill } from '../../scripts/fill.ts'
import { databaseUrl } from '../../supabase/local/postgres/bootstrap.ts'
import { migrate } from '../../supabase/local/postgres/migrate.ts'
import { withTemporaryCluster } from '../../supabase/local/postgres/temporary.ts'
import { query } from '../support/sql.ts'

test(
  'lo que se carga tiene cadenas que cuadran y códigos de la serie que se eligió',
  () =>
    withTemporaryCluster(async (db) => {
      const url = databaseUrl(db, 'postgres')
      await migrate(url)
      await query(url, 'insert into privado.serie_contratos (por_exportadora) values (true)')
      for (const semilla of [1, 2]) await fill({ databaseUrl: url, contratos: 150, empresas: 20, semilla })
      const contratos = await query(
        url,
        'select id, codigo, exportadora_id from public.contratos order by id',
      )
      expect(contratos).toHaveLength(300)
      for (const { codigo } of contratos) expect(codigo).toMatch(/^CT-\d{4}-F\d{6}-\d{5}$/)
      // Of each exporter and year, from one on and without a hole.
      const huecos = await query(
        url,
        `select left(codigo, -6) as serie from public.contratos group by 1
       having max(right(codigo, 5)::int) <> count(*) or min(right(codigo, 5)::int) <> 1`,
      )
      expect(huecos).toEqual([])
      expect(await query(url, 'select * from privado.cadenas_que_faltan()')).toEqual([])
      expect(
        await query(
          url,
          'select * from privado.filas_que_no_cuadran(array(select cadena from privado.evidencias_cabezas))',
        ),
      ).toEqual([])
      const cadenas = await query(
        url,
        `select distinct tipo, n from privado.evidencias where cadena > 0 and hash = sha256(previo || convert_to(canonico, 'UTF8'))`,
      )
      expect(cadenas).toEqual([{ tipo: 'migracion.inicial', n: '1' }])
      // What happens afterwards goes on in them.
      await query(url, `update public.contratos set observaciones = 'Otra cosa' where id = $1`, [
        contratos[0]!.id,
      ])
      expect(
        await query(url, 'select n, tipo from privado.evidencias where cadena = $1 order by n', [
          contratos[0]!.id,
        ]),
      ).toEqual([
        { n: '1', tipo: 'migracion.inicial' },
        { n: '2', tipo: 'contrato.cambiado' },
      ])
    }),
  120_000,
)
