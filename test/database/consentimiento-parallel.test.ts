import pg from 'pg'
import { afterAll, expect, inject, test } from 'vitest'
import { become, connect } from './support.ts'
import { makeWorld, newRuc, type World } from './world.ts'

const pool = new pg.Pool({ connectionString: inject('stack').databaseUrl, max: 20 })
afterAll(() => pool.end())

async function mundoNuevo(): Promise<World> {
  const client = await connect()
  const mundo = await makeWorld(client)
  await client.end()
  return mundo
}

/** One statement of a person, in a transaction of its own. @returns its row, or the key of its refusal. */
async function como(
  mundo: World,
  quien: Parameters<typeof become>[1],
  sql: string,
  params: unknown[],
  nivel = 'read committed',
) {
  const client = await pool.connect()
  try {
    await client.query(`begin isolation level ${nivel}`)
    await become(client, quien, mundo)
    const { rows } = await client.query(sql, params)
    await client.query('commit')
    return rows[0]
  } catch (error) {
    await client.query('rollback')
    return (error as pg.DatabaseError).message
  } finally {
    client.release()
  }
}

const veces = <T>(n: number, work: (i: number) => Promise<T>) =>
  Promise.all(Array.from({ length: n }, (_, i) => work(i)))

async function leer(sql: string, params: unknown[]) {
  const client = await connect()
  const { rows } = await client.query(sql, params)
  await client.end()
  return rows
}
const vivas = (una: string, otra: string) =>
  leer(
    `select estado, avisada, propone_id from public.relaciones
     where least(propone_id, para_id) = least($1::bigint, $2) and greatest(propone_id, para_id) = greatest($1::bigint, $2)
       and estado in ('propuesta', 'aceptada') order by id`,
    [una, otra],
  )
const avisos = (mundo: World, quien: keyof World['usuarios']) =>
  leer(`select texto from public.notificaciones where usuario_id = $1 and tipo = 'relacion'`, [
    mundo.usuarios[quien],
  ])

const CONTRATO = 'insert into public.contratos (contraparte_id, volumen_tm) values ($1, 10) returning id'
const RELACION = 'select public.proponer_relacion($1)'

test.each(['read committed', 'repeatable read'])(
  'veinte propuestas a la vez a un extraño son una, con un aviso, en %s',
  async (nivel) => {
    const mundo = await mundoNuevo()
    const { agroarriba, centro_rival } = mundo.empresas
    const dichas = await veces(20, (i) =>
      como(mundo, 'ana_agroarriba', i % 2 ? CONTRATO : RELACION, [centro_rival], nivel),
    )
    expect(dichas.filter((dicha) => typeof dicha === 'object').length).toBeGreaterThan(0)
    expect(await vivas(agroarriba, centro_rival)).toMatchObject([{ estado: 'propuesta', avisada: true }])
    expect(await avisos(mundo, 'raul_centro_rival')).toHaveLength(1)
    const contratos = await leer(
      'select id from public.contratos where exportadora_id = $1 and contraparte_id = $2',
      [agroarriba, centro_rival],
    )
    expect(contratos.length).toBeLessThanOrEqual(1)
  },
)

test('treinta y cinco a la vez, a otros tantos, no pasan de las de un día', async () => {
  const mundo = await mundoNuevo()
  const dichas = await veces(35, () =>
    como(mundo, 'ana_agroarriba', 'select public.proponer_relacion(ruc => $1)', [newRuc()]),
  )
  expect(dichas.filter((dicha) => typeof dicha === 'object')).toHaveLength(30)
  expect(new Set(dichas.filter((dicha) => typeof dicha === 'string'))).toEqual(
    new Set(['propuestas_demasiadas']),
  )
})

test('dos empresas que se proponen a la vez quedan con una propuesta, y la otra la responde', async () => {
  const mundo = await mundoNuevo()
  const { agroarriba, centro_rival } = mundo.empresas
  await veces(20, (i) =>
    i % 2
      ? como(mundo, 'ana_agroarriba', RELACION, [centro_rival])
      : como(mundo, 'raul_centro_rival', RELACION, [agroarriba]),
  )
  expect(await vivas(agroarriba, centro_rival)).toHaveLength(1)
})

test.each([
  ['aceptar', 'rechazar'],
  ['aceptar', 'retirar'],
  ['rechazar', 'retirar'],
])('%s y %s a la vez: vale una', async (una, otra) => {
  const mundo = await mundoNuevo()
  const { id } = await como(mundo, 'ana_agroarriba', CONTRATO, [mundo.empresas.centro_rival])
  const HACER: Record<string, () => Promise<unknown>> = {
    aceptar: () => como(mundo, 'raul_centro_rival', 'select public.aceptar_contrato($1) as hecho', [id]),
    rechazar: () =>
      como(mundo, 'raul_centro_rival', `select public.rechazar_contrato($1, 'No.') as hecho`, [id]),
    retirar: () => como(mundo, 'ana_agroarriba', 'select public.retirar_propuesta($1) as hecho', [id]),
  }
  const dichas = await veces(10, (i) => HACER[i % 2 ? una : otra]!())
  const [contrato] = await leer(
    'select estado, rechazado_como, propuesto_a from public.contratos where id = $1',
    [id],
  )
  const [relacion] = await leer('select estado from public.relaciones where contrato_id = $1', [id])
  expect([
    'Activo null aceptada',
    'En revisión rechazado rechazada',
    'En revisión retirado retirada',
  ]).toContain(`${contrato.estado} ${contrato.rechazado_como} ${relacion.estado}`)
  // To accept again what one has accepted is no second answer; nobody is told both.
  const hechas = dichas.filter((dicha) => typeof dicha === 'object').length
  expect(contrato.estado === 'Activo' ? hechas : Math.min(hechas, 1)).toBeGreaterThan(0)
  for (const dicha of dichas)
    if (typeof dicha === 'string')
      expect([
        'contrato_ya_aceptado',
        'contrato_rechazado',
        'contrato_no_existe',
        'propuesta_respondida',
      ]).toContain(dicha)
})

test('lo que cambia mientras la otra parte acepta, o lo vio, o le quita el sí', async () => {
  const mundo = await mundoNuevo()
  const { id } = await como(
    mundo,
    'celia_centro',
    'insert into public.contratos (exportadora_id, volumen_tm) values ($1, 10) returning id',
    [mundo.empresas.agroarriba],
  )
  await veces(10, (i) =>
    i % 2
      ? como(mundo, 'ana_agroarriba', 'select public.aceptar_contrato($1)', [id])
      : como(mundo, 'celia_centro', 'update public.contratos set volumen_tm = $2 where id = $1', [
          id,
          11 + i,
        ]),
  )
  const [c] = await leer(
    `select c.estado, c.volumen_tm = (v.terminos ->> 'volumen_tm')::numeric as es_la_version, v.aceptada_en is not null as aceptada
     from public.contratos c join public.contratos_versiones v on v.contrato_id = c.id where c.id = $1 order by v.n desc limit 1`,
    [id],
  )
  expect([c.es_la_version, c.aceptada]).toEqual([true, c.estado === 'Activo'])
})
