import { describe, expect, test } from 'vitest'
import { paginaCalculos } from '../../server/calculo/queries.ts'
import { paginaMensajes } from '../../server/conversacion/queries.ts'
import { paginaDocumentos } from '../../server/documentos/queries.ts'
import { databaseUrl } from '../../supabase/local/postgres/bootstrap.ts'
import { migrate } from '../../supabase/local/postgres/migrate.ts'
import { withTemporaryCluster } from '../../supabase/local/postgres/temporary.ts'
import { connected } from '../support/sql.ts'
import { become, type Db, type Speaker, withUserDb } from './support.ts'
import { makeWorld } from './world.ts'

/** The indexes that a query reads when a table is too big to be walked. */
async function indexesOf(db: Db, sql: string, params: unknown[] = []): Promise<string[]> {
  await db.client.query('set local enable_seqscan = off')
  const plan = await db.query(`explain (analyze, costs off, timing off, summary off) ${sql}`, params)
  return plan.flatMap((row) =>
    [...String(row['QUERY PLAN']).matchAll(/using (\w+)|Bitmap Index Scan on (\w+)/g)].map(
      (match) => match[1] ?? match[2]!,
    ),
  )
}

const CASOS: { indice: string; quien: Speaker; sql: string; params: (db: Db) => unknown[] }[] = [
  {
    indice: 'contratos_codigo_key',
    quien: 'ana_agroarriba',
    sql: 'select * from public.contratos where codigo = $1',
    params: (db) => [db.mundo.contrato.codigo],
  },
  {
    indice: 'contratos_exportadora_idx',
    quien: 'ana_agroarriba',
    sql: 'select * from public.contratos where exportadora_id = $1 order by id desc limit 20',
    params: (db) => [db.mundo.empresas.agroarriba],
  },
  {
    indice: 'contratos_contraparte_idx',
    quien: 'celia_centro',
    sql: 'select * from public.contratos where contraparte_id = $1 order by id desc limit 20',
    params: (db) => [db.mundo.empresas.centro],
  },
  {
    indice: 'contratos_participantes_empresa_idx',
    quien: 'pedro_finca',
    sql: `select c.* from public.contratos_participantes p join public.contratos c on c.id = p.contrato_id
      where p.empresa_id = (select privado.mi_empresa()) order by p.contrato_id desc limit 20`,
    params: () => [],
  },
  {
    indice: 'lotes_asociados_codigo_lote_key',
    quien: 'pedro_finca',
    sql: 'select * from public.lotes_asociados where contrato_id = $1',
    params: (db) => [db.mundo.contrato.id],
  },
  {
    indice: 'documentos_contrato_lote_idx',
    quien: 'celia_centro',
    sql: 'select * from public.documentos_contrato where lote_id = $1',
    params: (db) => [db.mundo.lote],
  },
  {
    indice: 'usuarios_empresa_id_idx',
    quien: 'sistema',
    sql: 'select * from public.usuarios where empresa_id = $1',
    params: (db) => [db.mundo.empresas.agroarriba],
  },
  {
    indice: 'contratos_creado_por_idx',
    quien: 'sistema',
    sql: 'select * from public.contratos where creado_por = $1',
    params: (db) => [db.mundo.usuarios.ana_agroarriba],
  },
  {
    indice: 'documentos_contrato_subido_por_idx',
    quien: 'sistema',
    sql: 'select * from public.documentos_contrato where subido_por = $1',
    params: (db) => [db.mundo.usuarios.celia_centro],
  },
  {
    indice: 'calculos_empresa_idx',
    quien: 'ana_agroarriba',
    sql: paginaCalculos.text,
    params: () => [20, null, null, null, null],
  },
  {
    indice: 'calculos_usuario_idx',
    quien: 'sistema',
    sql: 'select * from public.calculos where usuario_id = $1',
    params: (db) => [db.mundo.usuarios.ana_agroarriba],
  },
  {
    indice: 'contratos_estado_idx',
    quien: 'sistema',
    sql: `select id from public.contratos where estado = 'En revisión' order by id desc limit 20`,
    params: () => [],
  },
  {
    indice: 'contratos_fecha_idx',
    quien: 'sistema',
    sql: `select id from public.contratos where privado.fecha_contrato(fecha_firma, creado_en) between '2020-01-01' and '2020-01-02'`,
    params: () => [],
  },
  {
    indice: 'contratos_texto_idx',
    quien: 'sistema',
    sql: `select id from public.contratos
      where privado.normalizar(codigo || ' ' || coalesce(observaciones, '')) like '%organico%'`,
    params: () => [],
  },
  {
    indice: 'idempotencia_creado_en_idx',
    quien: 'sistema',
    sql: `select * from privado.idempotencia where creado_en < now() - interval '24 hours' order by creado_en limit 20`,
    params: () => [],
  },
]

describe('cada índice sirve a su consulta, con RLS', () => {
  test.each(CASOS)('$indice', ({ indice, quien, sql, params }) =>
    withUserDb('sistema', async (db) => {
      await db.como(quien)
      expect(await indexesOf(db, sql, params(db))).toContain(indice)
    }),
  )
})

const FILA = {
  mensajes: `(contrato_id, tipo, texto) select $1::bigint, 'sistema', 'x'`,
  documentos_contrato: `(contrato_id, tipo, nombre_archivo, url_archivo)
    select $1::bigint, 'otro', 'x.pdf', 'documentos/' || gen_random_uuid() || '.pdf'`,
}

// On a cluster of its own: nobody waits for the tables, and what is known of them is known of this alone. Where a table
// is small, its pages are as well read in the order of its key.
test('un contrato que tiene casi todo no hace pasar por llenos a los demás, y su página se lee por él, con RLS', () =>
  withTemporaryCluster(async (db) => {
    const url = databaseUrl(db, 'postgres')
    await migrate(url)
    await connected(url, async (client) => {
      const mundo = await makeWorld(client)
      const { contrato } = mundo
      const planOf = async (sql: string, params: unknown[] = []) =>
        (await client.query(sql, params)).rows.map((row) => row['QUERY PLAN']).join('\n')
      for (const [tabla, indice, pagina, params] of [
        ['mensajes', 'mensajes_contrato_idx', paginaMensajes.id.text, [50, null, null]],
        [
          'documentos_contrato',
          'documentos_contrato_id_contrato_key',
          paginaDocumentos.id.text,
          [20, null, null, null],
        ],
      ] as const) {
        await client.query(`alter table public.${tabla} disable trigger user`)
        await client.query(`insert into public.${tabla} ${FILA[tabla]} from generate_series(1, 20000)`, [
          contrato.id,
        ])
        await client.query(`analyze public.${tabla}`)
        expect(
          await planOf(
            `explain (generic_plan) select from public.${tabla} where contrato_id = $1 order by id desc limit 100`,
          ),
        ).toContain(indice)
        await client.query('begin')
        await become(client, 'ana_agroarriba', mundo)
        expect(await planOf(`explain (analyze, costs off) ${pagina}`, [contrato.id, ...params])).toContain(
          indice,
        )
        await client.query('rollback')
      }
    })
  }))
