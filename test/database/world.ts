import { randomInt, randomUUID } from 'node:crypto'
import type pg from 'pg'

/** Who speaks in these tests: one person for every way of standing before a contract. */
export const PERSONAS = {
  ana_agroarriba: { empresa: 'agroarriba', rol: 'exportadora' },
  celia_centro: { empresa: 'centro', rol: 'centro_acopio' },
  pedro_finca: { empresa: 'finca', rol: 'proveedor' },
  rosa_rival: { empresa: 'rival', rol: 'exportadora' },
  raul_centro_rival: { empresa: 'centro_rival', rol: 'centro_acopio' },
  paula_otra_finca: { empresa: 'otra_finca', rol: 'proveedor' },
  ada_admin: { empresa: null, rol: 'admin' },
  omar_apagado: { empresa: 'agroarriba', rol: 'exportadora' },
} as const

const EMPRESAS = {
  agroarriba: 'exportadora',
  centro: 'centro_acopio',
  finca: 'proveedor',
  rival: 'exportadora',
  centro_rival: 'centro_acopio',
  otra_finca: 'proveedor',
} as const

export type Persona = keyof typeof PERSONAS
export type Empresa = keyof typeof EMPRESAS

/** A contract of Agroarriba with the centre and the farm, another one of its rivals, and their people. */
export interface World {
  empresas: Record<Empresa, string>
  usuarios: Record<Persona, string>
  /** An account that nobody gave a profile. */
  sinPerfil: string
  contrato: Contrato
  contratoRival: Contrato
  /** Lot LT-0001 of the contract, En tránsito. */
  lote: string
  /** Invoice of the contract, uploaded by celia_centro. */
  documento: string
}

export interface Contrato {
  id: string
  codigo: string
}

/** A well-formed RUC of a company that nobody has. */
export const newRuc = () => {
  const [province, rest] = [randomInt(1, 25), randomInt(1e7)]
  return `${String(province).padStart(2, '0')}${randomInt(2) ? 9 : 6}${String(rest).padStart(7, '0')}001`
}

/** A year far from now, so that tests rarely wait for each other's counter of codes. */
export const newYear = () => randomInt(3000, 9000)

async function makeEmpresas(client: pg.ClientBase) {
  const nombres = Object.keys(EMPRESAS) as Empresa[]
  const { rows } = await client.query<{ id: string }>(
    `insert into public.empresas (ruc, nombre, tipo)
     select * from unnest($1::text[], $2::text[], $3::text[]) returning id`,
    [nombres.map(newRuc), nombres, nombres.map((nombre) => EMPRESAS[nombre])],
  )
  return Object.fromEntries(nombres.map((nombre, i) => [nombre, rows[i]!.id])) as World['empresas']
}

async function makeUsuarios(client: pg.ClientBase, empresas: World['empresas']) {
  const personas = Object.keys(PERSONAS) as Persona[]
  const usuarios = Object.fromEntries(personas.map((persona) => [persona, randomUUID()])) as World['usuarios']
  const ids = personas.map((persona) => usuarios[persona])
  const sinPerfil = randomUUID()
  await client.query(
    `insert into auth.users (id, email) select id, id || '@prueba.test' from unnest($1::uuid[]) as id`,
    [[...ids, sinPerfil]],
  )
  await client.query(
    `insert into public.usuarios (id, empresa_id, nombre, rol, activo)
     select id, empresa, nombre, rol, nombre <> 'omar_apagado'
     from unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[]) as u (id, empresa, nombre, rol)`,
    [
      ids,
      personas.map((p) => PERSONAS[p].empresa && empresas[PERSONAS[p].empresa]),
      personas,
      personas.map((p) => PERSONAS[p].rol),
    ],
  )
  return { usuarios, sinPerfil }
}

/** A contract as the system makes it, in a year of its own. */
export async function makeContrato(
  client: pg.ClientBase,
  exportadora: string,
  contraparte: string,
  { estado = 'Activo', anio = newYear() } = {},
): Promise<Contrato> {
  const { rows } = await client.query<Contrato>(
    `insert into public.contratos (exportadora_id, contraparte_id, volumen_tm, estado, creado_en)
     values ($1, $2, 200, $3, make_timestamptz($4, 6, 1, 12, 0, 0, 'America/Guayaquil')) returning id, codigo`,
    [exportadora, contraparte, estado, anio],
  )
  return rows[0]!
}

/** An object of storage as the Storage API leaves it. @returns its path, `<bucket>/<name>`. */
export async function makeObject(
  client: pg.ClientBase,
  nombre: string,
  dueno: string | null,
  bucket = 'contratos',
) {
  await client.query(
    `insert into storage.objects (bucket_id, name, owner_id, metadata)
     values ($1, $2, $3, '{"size": 1234, "mimetype": "application/pdf"}')`,
    [bucket, nombre, dueno],
  )
  return `${bucket}/${nombre}`
}

/** Companies that have accepted each other. */
export async function relate(client: pg.ClientBase, pairs: [string, string][]): Promise<void> {
  await client.query(
    `insert into public.relaciones (propone_id, con_id, para_id, estado, propuesta_en, respondida_en)
     select una, otra, otra, 'aceptada', '2025-01-15', '2025-01-15' from unnest($1::bigint[], $2::bigint[]) as p (una, otra)`,
    [pairs.map(([una]) => una), pairs.map(([, otra]) => otra)],
  )
}

/** Who works with whom in a world: the rivals with each other alone. */
const RELACIONES: [Empresa, Empresa][] = [
  ['agroarriba', 'centro'],
  ['agroarriba', 'finca'],
  ['centro', 'finca'],
  ['agroarriba', 'otra_finca'],
  ['centro', 'otra_finca'],
  ['rival', 'centro_rival'],
]

/** Makes the companies, people and contracts, as the system. */
export async function makeWorld(client: pg.ClientBase): Promise<World> {
  const empresas = await makeEmpresas(client)
  const { usuarios, sinPerfil } = await makeUsuarios(client, empresas)
  await relate(
    client,
    RELACIONES.map(([una, otra]) => [empresas[una], empresas[otra]]),
  )
  const contrato = await makeContrato(client, empresas.agroarriba, empresas.centro)
  const contratoRival = await makeContrato(client, empresas.rival, empresas.centro_rival)
  await client.query('insert into public.contratos_participantes (contrato_id, empresa_id) values ($1, $2)', [
    contrato.id,
    empresas.finca,
  ])
  const lote = await client.query<{ id: string }>(
    'insert into public.lotes_asociados (contrato_id, peso_qq, humedad) values ($1, 60.0, 7.5) returning id',
    [contrato.id],
  )
  const url = await makeObject(client, `${contrato.codigo}/factura_001.pdf`, usuarios.celia_centro)
  const documento = await client.query<{ id: string }>(
    `insert into public.documentos_contrato (contrato_id, tipo, nombre_archivo, url_archivo, subido_por)
     values ($1, 'factura', 'FAC-001.pdf', $2, $3) returning id`,
    [contrato.id, url, usuarios.celia_centro],
  )
  return {
    empresas,
    usuarios,
    sinPerfil,
    contrato,
    contratoRival,
    lote: lote.rows[0]!.id,
    documento: documento.rows[0]!.id,
  }
}
