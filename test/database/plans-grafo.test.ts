import { expect, test } from 'vitest'
import type { Query } from '../../server/db/types.ts'
import { paginaLotes, paginaOperaciones } from '../../server/grafo/queries.ts'
import { verProduccion } from '../../server/kpis/queries.ts'
import { asociarLote } from '../../server/lotes/queries.ts'
import { databaseUrl } from '../../supabase/local/postgres/bootstrap.ts'
import { migrate } from '../../supabase/local/postgres/migrate.ts'
import { withTemporaryCluster } from '../../supabase/local/postgres/temporary.ts'
import { connected } from '../support/sql.ts'
import { become } from './support.ts'
import { makeWorld } from './world.ts'

const LOTES = 15_000

/** Lots of a company: the first fifty are in stock, what was received after them was lost whole. */
const LLENAR = `with hechas as (
    insert into public.operaciones (secuencia, empresa_id, tipo, en, centro_id) overriding system value
    select n, $1, case when n % 2 = 1 then 'recibir' else 'merma' end, now() - (${2 * LOTES} - n) * interval '10 minutes', c.id
    from generate_series(1, ${2 * LOTES}) as n join public.centros c on c.empresa_id = $1 order by n
    returning id, secuencia, empresa_id, centro_id
  ), nacidos as (
    insert into public.lotes (empresa_id, codigo, operacion_id, centro_id, condicion, origen_conocido, kg)
    select empresa_id, 'LO-2026-' || lpad(secuencia::text, 6, '0'), id, centro_id, 'seco', false, 100
    from hechas where secuencia % 2 = 1 order by secuencia
    returning id, empresa_id, codigo, operacion_id, centro_id, right(codigo, 6)::int as secuencia
  ), saldos as (
    insert into privado.saldos (lote_id, empresa_id, centro_id, condicion, kg)
    select id, empresa_id, centro_id, 'seco', case when secuencia <= 100 then 100 else 0 end from nacidos
  ), productos as (
    insert into public.productos (operacion_id, lote_id, empresa_id, kg) select operacion_id, id, empresa_id, 100 from nacidos
  )
  insert into public.consumos (operacion_id, lote_id, empresa_id, kg)
  select h.id, n.id, n.empresa_id, 100 from hechas h join nacidos n on n.secuencia = h.secuencia - 1 where h.secuencia > 101`

// On a cluster of its own: what is known of these tables is known of them alone.
test('una página del grafo cuesta por lo que trae, no por lo que hay de otras empresas ni por la historia', () =>
  withTemporaryCluster(async (db) => {
    const url = databaseUrl(db, 'postgres')
    await migrate(url)
    await connected(url, async (client) => {
      const mundo = await makeWorld(client)
      const { agroarriba, rival } = mundo.empresas
      for (const tabla of ['operaciones', 'lotes', 'productos', 'consumos'])
        await client.query(`alter table public.${tabla} disable trigger user`)
      for (const empresa of [agroarriba, rival]) {
        await client.query(
          `insert into public.centros (empresa_id, codigo, nombre, tipo) values ($1, 'B', 'Bodega', 'bodega')`,
          [empresa],
        )
        await client.query(LLENAR, [empresa])
      }
      await client.query(
        `insert into privado.produccion_celdas select 1000000 + n % 100, 'recibido', date_trunc('month', now()), n, '', 1, 1, 0
         from generate_series(1, 60000) as n`,
      )
      await client.query('vacuum analyze')
      const {
        rows: [lote],
      } = await client.query(
        'select id, codigo from public.lotes where empresa_id = $1 order by id limit 1',
        [agroarriba],
      )
      const blocksOf = async ([{ text }, params]: [Query, unknown[]]) => {
        await client.query('begin')
        await become(client, 'ana_agroarriba', mundo)
        // Not the first time: then the catalogue is read as well.
        for (let i = 0; i < 2; i++) {
          await client.query('savepoint antes')
          const { rows } = await client.query(`explain (analyze, buffers, format json) ${text}`, params)
          const { Plan } = rows[0]['QUERY PLAN'][0]
          await client.query('rollback to savepoint antes')
          if (i === 1) {
            await client.query('rollback')
            return Plan['Shared Hit Blocks'] + Plan['Shared Read Blocks']
          }
        }
      }
      const lotes = (filtro: object): [Query, unknown[]] =>
        paginaLotes.with({ limite: 5, ...filtro } as never)
      const operaciones = (filtro: object): [Query, unknown[]] =>
        paginaOperaciones.with({ limite: 5, ...filtro } as never)
      const asociar = [mundo.contrato.id, null, null, 7, null, lote.codigo, null, null]
      for (const [que, consulta] of Object.entries<[Query, unknown[]]>({
        lotes: lotes({}),
        'con saldo': lotes({ con_saldo: true }),
        'sin saldo': lotes({ con_saldo: false }),
        retenidos: lotes({ retenido: true }),
        'no retenidos': lotes({ retenido: false }),
        'de unos días': lotes({ desde: '2000-01-01' }),
        operaciones: operaciones({}),
        'de un lote': operaciones({ lote: lote.id }),
        indicadores: [verProduccion, [null, null, null]],
        'un lote por su código': [asociarLote.id, asociar],
      }))
        expect.soft(await blocksOf(consulta), que).toBeLessThan(150)
    })
  }))
