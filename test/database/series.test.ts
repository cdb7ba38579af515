import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { describe, expect, inject, test } from 'vitest'
import { migrate } from '../../supabase/local/postgres/migrate.ts'
import { useDatabase } from '../realtime/database.ts'
import { until } from '../support/until.ts'
import { become, type Db, expectConstraint, expectRaises, withUserDb } from './support.ts'
import { makeWorld, newRuc } from './world.ts'

const CREAR = 'select id, codigo from public.crear_contrato(contraparte_id => $1, volumen_tm => 5)'
const elegir = (db: Db, serie: string | null) => db.query('select public.elegir_serie_contratos($1)', [serie])
const siglas = (db: Db, empresa: string, valor: string | null) =>
  db.query('update public.empresas set siglas = $2 where id = $1', [empresa, valor])

/** What an installation is like that chose so before its first contract; of the world's, which has some, by hand. */
async function conSeriePorExportadora(db: Db): Promise<void> {
  await db.como('sistema')
  await db.query('insert into privado.serie_contratos (por_exportadora) values (true)')
}

describe('las siglas de una empresa', () => {
  test('las da un administrador, y nadie más', () =>
    withUserDb('ada_admin', async (db) => {
      const { agroarriba } = db.mundo.empresas
      await siglas(db, agroarriba, 'AGRO9')
      for (const quien of ['ana_agroarriba', 'rosa_rival'] as const) {
        await db.como(quien)
        const cambio = `update public.empresas set siglas = 'MIA' where id = $1`
        expect(await db.cuenta(cambio, [agroarriba])).toBe(0)
        const alta = `insert into public.empresas (ruc, nombre, tipo, siglas) values ($1, 'Nueva', 'exportadora', 'NUEVA')`
        await expect(db.query(alta, [newRuc()])).rejects.toMatchObject({ code: '42501' })
        expect(await db.query('select siglas from public.empresas where id = $1', [agroarriba])).toEqual([
          { siglas: 'AGRO9' },
        ])
      }
    }))

  test.each(['A', 'AGROARRIB', 'agro', 'AG-O', 'ÁGRO', '12345', ' AGR', ''])('no son %j', (valor) =>
    withUserDb('ada_admin', (db) =>
      expectConstraint(siglas(db, db.mundo.empresas.agroarriba, valor), 'empresas_siglas_valida'),
    ),
  )

  test('no son las de otra', () =>
    withUserDb('ada_admin', async (db) => {
      await siglas(db, db.mundo.empresas.agroarriba, 'AGRO9')
      await expectConstraint(siglas(db, db.mundo.empresas.rival, 'AGRO9'), 'empresas_siglas_key')
    }))
})

describe('una serie por exportadora', () => {
  test('numera los contratos de cada una con sus siglas', () =>
    withUserDb('ada_admin', async (db) => {
      const { agroarriba, rival, centro, centro_rival } = db.mundo.empresas
      await siglas(db, agroarriba, 'AGRO9')
      await siglas(db, rival, '9R')
      await conSeriePorExportadora(db)
      const crear = async (quien: 'ana_agroarriba' | 'rosa_rival', contraparte: string) => {
        await db.como(quien)
        return (await db.query(CREAR, [contraparte]))[0]!.codigo
      }
      const anio = new Date().getFullYear()
      expect(await crear('ana_agroarriba', centro)).toBe(`CT-${anio}-AGRO9-00001`)
      expect(await crear('rosa_rival', centro_rival)).toBe(`CT-${anio}-9R-00001`)
      expect(await crear('ana_agroarriba', centro)).toBe(`CT-${anio}-AGRO9-00002`)
      expect(await db.query('select public.serie_contratos()')).toEqual([
        { serie_contratos: 'por exportadora' },
      ])
    }))

  test('su código sirve donde el otro: canal, carpeta, búsqueda, y a la otra exportadora de nada', () =>
    withUserDb('ada_admin', async (db) => {
      const { agroarriba, centro } = db.mundo.empresas
      await siglas(db, agroarriba, 'AGRO9')
      await conSeriePorExportadora(db)
      await db.como('ana_agroarriba')
      const [{ id, codigo }] = (await db.query<{ id: string; codigo: string }>(CREAR, [centro])) as [
        { id: string; codigo: string },
      ]
      const ve = async () => ({
        canal: (await db.query(`select privado.oye_canal('contrato:' || $1) as si`, [codigo]))[0]!.si,
        vivo: (await db.query(`select privado.oye_canal('contrato:' || $1 || ':vivo') as si`, [codigo]))[0]!
          .si,
        objeto: (await db.query(`select privado.puede_ver_objeto($1 || '/a.pdf') as si`, [codigo]))[0]!.si,
        filas: await db.cuenta('select from public.contratos where codigo = $1', [codigo]),
      })
      expect(await ve()).toEqual({ canal: true, vivo: true, objeto: true, filas: 1 })
      const nombre = 'select public.siguiente_nombre_documento($1, $2) as nombre'
      expect(await db.query(nombre, [id, 'factura'])).toEqual([{ nombre: `${codigo}/factura_001.pdf` }])
      await db.como('rosa_rival')
      expect(await ve()).toEqual({ canal: false, vivo: false, objeto: false, filas: 0 })
      await expectRaises(db.query(nombre, [id, 'factura']), 'contrato_no_existe', 'PT404')
    }))

  test('pide siglas a toda exportadora, y las guarda desde su primer contrato', () =>
    withUserDb('ada_admin', async (db) => {
      const { agroarriba, centro } = db.mundo.empresas
      await conSeriePorExportadora(db)
      await db.como('ana_agroarriba')
      await expectRaises(db.query(CREAR, [centro]), 'siglas_faltan', 'PT409', 'exportadora_id')
      await db.como('ada_admin')
      const alta = 'insert into public.empresas (ruc, nombre, tipo) values ($1, $2, $3)'
      await expectRaises(
        db.query(alta, [newRuc(), 'Sin siglas', 'exportadora']),
        'siglas_obligatorias',
        'PT422',
        'siglas',
      )
      await db.query(alta, [newRuc(), 'Un centro sin siglas', 'centro_acopio'])
      await siglas(db, agroarriba, 'AGRO9')
      await siglas(db, agroarriba, 'AGRO8')
      await expectRaises(siglas(db, agroarriba, null), 'siglas_obligatorias', 'PT422', 'siglas')
      await db.como('ana_agroarriba')
      await db.query(CREAR, [centro])
      await db.como('ada_admin')
      for (const otras of ['AGRO7', null])
        await expectRaises(siglas(db, agroarriba, otras), 'siglas_en_uso', 'PT409', 'siglas')
    }))

  test('se elige siendo administrador, con las palabras que hay y sin contratos', () =>
    withUserDb('ana_agroarriba', async (db) => {
      for (const quien of ['ana_agroarriba', 'rosa_rival', 'sin_perfil'] as const) {
        await db.como(quien)
        await expectRaises(elegir(db, 'por exportadora'), 'serie_solo_admin', 'PT403')
      }
      await db.como('ada_admin')
      for (const otra of ['unica', '', null])
        await expectRaises(elegir(db, otra), 'serie_invalida', 'PT422', 'serie')
      await expectRaises(elegir(db, 'por exportadora'), 'serie_con_contratos', 'PT409', 'serie')
      await elegir(db, 'única')
    }))
})

describe('en una instalación nueva', () => {
  const database = useDatabase()
  const ADA = randomUUID()

  /** As the administrator, in a transaction that the caller ends. */
  async function comoAda() {
    const { client } = await database.connect('postgres')
    await client.query('begin')
    await client.query(
      `select set_config('request.jwt.claims', $1, true), set_config('role', 'authenticated', true)`,
      [JSON.stringify({ sub: ADA, role: 'authenticated' })],
    )
    return {
      client,
      elige: async (serie: string) => {
        const { rows } = await client.query('select public.elegir_serie_contratos($1) as serie', [serie])
        return rows[0].serie
      },
    }
  }

  test('se elige una vez, y de quien crea el primer contrato a la vez se espera lo que resulte', async () => {
    await migrate(database.url('postgres'))
    await database.sql(`insert into auth.users (id) values ('${ADA}')`)
    await database.sql(`insert into public.usuarios (id, nombre, rol) values ('${ADA}', 'Ada', 'admin')`)
    await database.sql(`insert into public.empresas (ruc, nombre, tipo) values
      ('${newRuc()}', 'Una exportadora', 'exportadora'), ('${newRuc()}', 'Un centro', 'centro_acopio')`)
    const contrato = `insert into public.contratos (exportadora_id, contraparte_id, volumen_tm)
      select x.id, c.id, 1 from public.empresas x, public.empresas c
      where x.tipo = 'exportadora' and c.tipo = 'centro_acopio' returning codigo`

    const sinSiglas = await comoAda()
    await expectRaises(sinSiglas.elige('por exportadora'), 'siglas_obligatorias', 'PT422', 'siglas')
    await sinSiglas.client.query('rollback')
    await database.sql(`update public.empresas set siglas = 'UNA' where tipo = 'exportadora'`)

    const otro = (await database.connect('postgres')).client
    /** Chooses while another creates a contract, which then ends so. */
    async function aLaVez(serie: string, fin: 'rollback' | 'commit') {
      await otro.query('begin')
      const { rows } = await otro.query<{ codigo: string }>(contrato)
      const ada = await comoAda()
      const elegida = ada.elige(serie)
      elegida.catch(() => {})
      await until('who chooses waits', async () => {
        const waiting = `select from pg_locks where not granted and locktype = 'relation'`
        return (await otro.query(waiting)).rowCount
      })
      await otro.query(fin)
      return { ada, elegida, codigo: rows[0]!.codigo }
    }
    const primera = await aLaVez('por exportadora', 'rollback')
    expect(await primera.elegida).toBe('por exportadora')
    await primera.ada.client.query('commit')
    const segunda = await aLaVez('única', 'commit')
    expect(segunda.codigo).toMatch(/^CT-\d{4}-UNA-00001$/)
    await expectRaises(segunda.elegida, 'serie_con_contratos', 'PT409', 'serie')
    await segunda.ada.client.query('rollback')
    const tarde = await comoAda()
    expect(await tarde.elige('por exportadora')).toBe('por exportadora')
    await tarde.client.query('rollback')
  })

  test('quien contrata con dos exportadoras no se cruza con quien lo hace en el otro orden', async () => {
    await database.sql(`insert into public.empresas (ruc, nombre, tipo, siglas)
      values ('${newRuc()}', 'Otra exportadora', 'exportadora', 'OTRA')`)
    const begin = async () => {
      const { client } = await database.connect('postgres')
      await client.query('begin')
      const contrata = (siglas: string) =>
        client.query(
          `insert into public.contratos (exportadora_id, contraparte_id, volumen_tm) select x.id, c.id, 1
           from public.empresas x, public.empresas c where x.siglas = $1 and c.tipo = 'centro_acopio'`,
          [siglas],
        )
      return { client, contrata }
    }
    const [una, otra] = [await begin(), await begin()]
    await una.contrata('UNA')
    const alReves = otra.contrata('OTRA').then(() => otra.contrata('UNA'))
    alReves.catch(() => {})
    await until('the other waits', async () => {
      const waiting = `select from pg_locks where locktype = 'advisory' and not granted`
      return (await una.client.query(waiting)).rowCount
    })
    await una.contrata('OTRA')
    await una.client.query('rollback')
    await alReves
    await otra.client.query('rollback')
  })
})

describe('a la vez', () => {
  test('lo que una empresa manda de golpe no pone a otra al final de la cola', async () => {
    const pool = new pg.Pool({ connectionString: inject('stack').databaseUrl, max: 8 })
    const setup = await pool.connect()
    const mundo = await makeWorld(setup)
    setup.release()
    const begin = async (quien: 'ana_agroarriba' | 'rosa_rival') => {
      const client = await pool.connect()
      await client.query('begin')
      const { rows } = await client.query('select pg_backend_pid() as pid')
      await become(client, quien, mundo)
      const contraparte = quien === 'ana_agroarriba' ? mundo.empresas.centro : mundo.empresas.centro_rival
      return { client, pid: rows[0].pid as number, created: () => client.query(CREAR, [contraparte]) }
    }
    const end = async (client: pg.PoolClient) => {
      await client.query('rollback')
      client.release()
    }
    const wait = (who: { pid: number }[]) =>
      until('they wait', async () => {
        const sql = 'select count(distinct pid)::int as n from pg_locks where not granted and pid = any($1)'
        const { rows } = await pool.query(sql, [who.map(({ pid }) => pid)])
        return rows[0].n === who.length
      })
    try {
      const first = await begin('ana_agroarriba')
      await first.created()
      // Three more of the same company wait for it, and then one of another does.
      const more = await Promise.all([1, 2, 3].map(() => begin('ana_agroarriba')))
      const order: string[] = []
      const created = ({ client, created }: typeof first, who: string) =>
        created().then(() => {
          order.push(who)
          return end(client)
        })
      const waiting = more.map((one) => created(one, 'la misma'))
      await wait(more)
      const other = await begin('rosa_rival')
      waiting.push(created(other, 'la otra'))
      await wait([...more, other])
      await end(first.client)
      await Promise.all(waiting)
      expect(order[0]).toBe('la otra')
    } finally {
      await pool.end()
    }
  })
})
