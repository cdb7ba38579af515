import pg from 'pg'
import { afterAll, describe, expect, inject, test } from 'vitest'
import { expected, sumado } from './kpis-counted.ts'
import { connect } from './support.ts'
import { makeWorld } from './world.ts'

const CALIDADES = [null, 'ASE', 'ASS', 'CCN-51']

describe('a la vez', () => {
  const pool = new pg.Pool({ connectionString: inject('stack').databaseUrl, max: 12 })
  afterAll(() => pool.end())

  test.each(['read committed', 'repeatable read'])(
    'escrituras cruzadas sobre un contrato, y pliegues entre ellas, en %s',
    async (nivel) => {
      const client = await connect()
      const mundo = await makeWorld(client)
      const { rows: lotes } = await client.query<{ id: string }>(
        `insert into public.lotes_asociados (contrato_id, peso_qq, humedad) select $1, 10 + n, 8 from generate_series(1, 6) as n returning id`,
        [mundo.contrato.id],
      )
      const azar = (n: number) => Math.floor(Math.random() * n)
      const ordenes: (() => [string, unknown[]])[] = [
        () => [
          `update public.lotes_asociados set peso_qq = $2 where id = $1`,
          [lotes[azar(6)]!.id, 1 + azar(90)],
        ],
        () => [
          `update public.lotes_asociados set estado = case estado when 'En tránsito' then 'Recibido' else 'Secado' end where id = $1`,
          [lotes[azar(6)]!.id],
        ],
        () => [
          `update public.contratos_precios set precio_fijado_tm = $2 where contrato_id = $1`,
          [mundo.contrato.id, 1000 + azar(50)],
        ],
        () => [
          `select privado.editar_contrato($1, $2)`,
          [
            mundo.contrato.id,
            JSON.stringify({ precio_fijado_tm: 1000 + azar(50), calidad: CALIDADES[azar(4)] }),
          ],
        ],
        () => [
          `update public.lotes_asociados set estado = 'Exportado' where id = $1 and estado = 'Secado'`,
          [lotes[azar(6)]!.id],
        ],
        () => [
          `update public.contratos set volumen_tm = $2 where id = $1`,
          [mundo.contrato.id, 100 + azar(50)],
        ],
        () => [
          `insert into public.contratos_participantes (contrato_id, empresa_id) values ($1, $2)`,
          [mundo.contrato.id, mundo.empresas.otra_finca],
        ],
        () => [
          `delete from public.contratos_participantes where contrato_id = $1 and papel = 'proveedor'`,
          [mundo.contrato.id],
        ],
        () => ['select privado.plegar_kpis(25)', []],
      ]
      const escribir = async () => {
        for (let n = 0; n < 25; n++) {
          const escritor = await pool.connect()
          try {
            await escritor.query(`begin isolation level ${nivel}`)
            const [sql, params] = ordenes[azar(ordenes.length)]!()
            await escritor.query(sql, params)
            await escritor.query('commit')
          } catch (error) {
            await escritor.query('rollback')
            // Crossed writes, or a supplier that is there already.
            expect((error as pg.DatabaseError).code).toMatch(/^(40001|40P01|PT409|23505)$/)
          } finally {
            escritor.release()
          }
        }
      }
      await Promise.all(Array.from({ length: 10 }, escribir))
      for (const empresa of Object.values(mundo.empresas))
        expect(await sumado(client, empresa)).toEqual(await expected(client, empresa))
      await client.end()
    },
    60_000,
  )
})
