import { beforeAll, describe, expect, test } from 'vitest'
import { openCheckpoint, parseVerifier } from '../../server/evidencia/checkpoint.ts'
import { sql } from '../support/sql.ts'
import { call, makeContrato, makePeople, type People } from './support.ts'

let people: People
beforeAll(async () => {
  people = await makePeople()
})

describe('GET /contratos/{id}/verificacion', () => {
  test('la recalculan quienes firman y un administrador', async () => {
    const { id, codigo } = await makeContrato(people, { observaciones: 'x' })
    await call(people.carlos, 'POST', `/contratos/${codigo}/lote`, { json: { peso_qq: 60, humedad: 7 } })
    for (const who of [people.ana, people.carlos, people.teresa])
      for (const clave of [id, codigo]) {
        const { status, body } = await call(who, 'GET', `/contratos/${clave}/verificacion`)
        expect(status).toBe(200)
        expect(body).toMatchObject({ contrato: codigo, integro: true, fallas: [] })
        expect(body.cabeza).toMatch(/^[0-9a-f]{64}$/)
        expect(body.evidencias).toBeGreaterThanOrEqual(3)
      }
  })

  test('dice qué cambió por fuera, y en qué columna', async () => {
    const { id, codigo } = await makeContrato(people)
    await sql(`insert into public.lotes_asociados (contrato_id, peso_qq, humedad) values ($1, 60, 7)`, [id])
    // As the owner of the table, with its triggers off while nobody else looks.
    await sql(`do $$ begin
      execute 'alter table public.lotes_asociados disable trigger user';
      update public.lotes_asociados set peso_qq = 6000 where contrato_id = ${id};
      execute 'alter table public.lotes_asociados enable trigger user';
    end $$`)
    const { body } = await call(people.carlos, 'GET', `/contratos/${codigo}/verificacion`)
    expect(body).toMatchObject({
      integro: false,
      fallas: [{ tabla: 'lotes_asociados', falla: 'cambiada', campos: ['peso_qq'] }],
    })
  })

  test('un proveedor asociado no la lee; de un contrato ajeno no se sabe que existe; sin sesión, nada', async () => {
    const { codigo } = await makeContrato(people)
    const ask = (who: People['ana'] | null) => call(who, 'GET', `/contratos/${codigo}/verificacion`)
    expect(await ask(people.jose)).toMatchObject({ status: 403, body: { clave: 'evidencia_sin_permiso' } })
    expect(await ask(people.rita)).toMatchObject({ status: 404, body: { clave: 'contrato_no_existe' } })
    expect(await ask(null)).toMatchObject({ status: 401 })
    expect(await call(people.ana, 'GET', '/contratos/CT-1999-00001/verificacion')).toMatchObject({
      status: 404,
    })
  })
})

test('las claves públicas las lee cualquiera, y abren la última raíz', async () => {
  const { status, body, headers } = await call(null, 'GET', '/.well-known/triboka-evidencia.json')
  expect(status).toBe(200)
  expect(headers.get('access-control-allow-origin')).toBe('*')
  expect(body.claves).toEqual([
    { verificador: expect.stringContaining(body.nombre), desde: expect.any(String), hasta: null },
  ])
  const claves = body.claves.map(({ verificador }: { verificador: string }) => parseVerifier(verificador))
  if (body.ultima) expect(openCheckpoint(body.ultima, claves)).not.toBeNull()
})
