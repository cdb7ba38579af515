// What two companies agree stands in their chains: versions, amendments, relations.
import { expect, test } from 'vitest'
import { type Db, withUserDb } from './support.ts'

const dicho = async (db: Db, cadena: string, clase: string) => {
  await db.como('sistema')
  const rows = await db.query(
    `select tipo, actor, canonico::jsonb -> 'datos' -> 'fila' as fila from privado.evidencias
     where cadena = $1 and tipo like $2 || '.%' order by n`,
    [cadena, clase],
  )
  return rows.map(({ tipo, actor, fila }) => ({ tipo, actor, fila }))
}

test('una enmienda y la versión que da, con quién propuso y quién aceptó', () =>
  withUserDb('ana_agroarriba', async (db) => {
    const { contrato, usuarios } = db.mundo
    const [{ id }] = (await db.query('select (public.proponer_enmienda($1, $2, $3)).id', [
      contrato.id,
      '{"volumen_tm": "210.50"}',
      'Un camión de Juan',
    ])) as [{ id: string }]
    await db.como('celia_centro')
    await db.query('select public.responder_enmienda($1, true, null)', [id])
    const enmiendas = await dicho(db, contrato.id, 'enmienda')
    expect(enmiendas.map(({ tipo, actor }) => [tipo, actor])).toEqual([
      ['enmienda.propuesta', usuarios.ana_agroarriba],
      ['enmienda.aceptada', usuarios.celia_centro],
    ])
    expect(enmiendas[0]!.fila).toMatchObject({
      cambios: expect.stringContaining('"210.50"'),
      nota: expect.stringMatching(/^sha256:/),
    })
    const versiones = await dicho(db, contrato.id, 'version')
    expect(versiones.map(({ tipo, fila }) => [tipo, fila.n, fila.origen])).toEqual([
      ['version.anotada', 1, expect.any(String)],
      ['version.anotada', 2, 'enmienda'],
    ])
    expect(versiones[1]!.fila.terminos).toContain('210.50')
  }))

test('una relación, en las cadenas de las dos empresas, y sin su RUC', () =>
  withUserDb('ana_agroarriba', async (db) => {
    const { agroarriba, rival } = db.mundo.empresas
    await db.como('sistema')
    await db.query(
      `insert into public.relaciones (propone_id, con_id, para_id, correo) values ($1, $2, $2, 'juan@rival.test')`,
      [agroarriba, rival],
    )
    await db.query(
      `update public.relaciones set estado = 'rechazada', motivo = 'No', respondida_en = now()
       where propone_id = $1 and para_id = $2`,
      [agroarriba, rival],
    )
    for (const empresa of [agroarriba, rival]) {
      const relaciones = (await dicho(db, `-${empresa}`, 'relacion')).slice(-2)
      expect(relaciones.map(({ tipo }) => tipo)).toEqual(['relacion.propuesta', 'relacion.rechazada'])
      expect(relaciones[1]!.fila).toMatchObject({
        correo: expect.stringMatching(/^sha256:/),
        estado: 'rechazada',
      })
    }
  }))
