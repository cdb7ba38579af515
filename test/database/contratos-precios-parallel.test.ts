import pg from 'pg'
import { afterAll, expect, inject, test } from 'vitest'
import { become, connect } from './support.ts'
import { makeWorld, type Persona } from './world.ts'

const pool = new pg.Pool({ connectionString: inject('stack').databaseUrl, max: 12 })
afterAll(() => pool.end())

const azar = (n: number) => Math.floor(Math.random() * n)

test.each(['read committed', 'repeatable read'])(
  'precio, modalidad, volumen y fijaciones a la vez, en %s: nadie se espera en cruz, y el precio es el que debe ser',
  async (nivel) => {
    const client = await connect()
    const mundo = await makeWorld(client)
    const { id } = mundo.contrato
    const editar = (cambios: object): [string, unknown[]] => [
      'select privado.editar_contrato($1, $2)',
      [id, JSON.stringify(cambios)],
    ]
    const ordenes: (() => [string, unknown[]])[] = [
      () => [
        'update public.contratos_precios set precio_fijado_tm = $2 where contrato_id = $1',
        [id, 1000 + azar(9)],
      ],
      () => [
        'update public.contratos_precios set precio_fijado_tm = null, diferencial_tm = $2 where contrato_id = $1',
        [id, -azar(9)],
      ],
      () => editar({ modalidad_precio: 'por fijar', precio_fijado_tm: null }),
      () => editar({ modalidad_precio: 'fijo', precio_fijado_tm: 2000 + azar(9), volumen_tm: 200 + azar(9) }),
      () => [`update public.contratos set modalidad_precio = 'por fijar' where id = $1`, [id]],
      () => ['update public.contratos set volumen_tm = $2 where id = $1', [id, 5 + azar(200)]],
      () => [
        'insert into public.fijaciones (contrato_id, tm, ny, diferencial) values ($1, 7, $2, -500)',
        [id, 3000 + azar(99)],
      ],
      () => [`update public.fijaciones set motivo = 'x' where contrato_id = $1 and anulada_en is null`, [id]],
    ]
    const fallos: string[] = []
    const escribir = async (quien: Persona) => {
      for (let n = 0; n < 30; n++) {
        const escritor = await pool.connect()
        try {
          await escritor.query(`begin isolation level ${nivel}`)
          await become(escritor, quien, mundo)
          await escritor.query(...ordenes[azar(ordenes.length)]!())
          await escritor.query('commit')
        } catch (error) {
          await escritor.query('rollback')
          fallos.push((error as pg.DatabaseError).code!)
        } finally {
          escritor.release()
        }
      }
    }
    await Promise.all(
      Array.from({ length: 10 }, (_, n) => escribir(n % 2 ? 'ana_agroarriba' : 'celia_centro')),
    )
    // A rule refuses; under repeatable read, the second of two. Never a deadlock.
    const admitidos = nivel === 'read committed' ? /^PT4/ : /^(PT4|40001)/
    expect(fallos.filter((code) => !admitidos.test(code))).toEqual([])
    const { rows } = await client.query(
      `select c.modalidad_precio = 'por fijar' or not exists (
           select from public.fijaciones f where f.contrato_id = c.id and f.anulada_en is null) as modalidad,
         c.modalidad_precio = 'fijo' or p.precio_fijado_tm is not distinct from privado.precio_promedio(c.id) as precio,
         privado.tm_fijadas(c.id) <= c.volumen_tm as volumen
       from public.contratos c join public.contratos_precios p on p.contrato_id = c.id where c.id = $1`,
      [id],
    )
    await client.end()
    expect(rows).toEqual([{ modalidad: true, precio: true, volumen: true }])
  },
  60_000,
)
