import { MATRIX_CALCULOS } from './matrix-calculos.ts'
import { MATRIX_CIERRE } from './matrix-cierre.ts'
import { MATRIX_CONVERSACION } from './matrix-conversacion.ts'
import { MATRIX_ENMIENDAS } from './matrix-enmiendas.ts'
import { MATRIX_GRAFO } from './matrix-grafo.ts'
import { MATRIX_KPIS } from './matrix-kpis.ts'
import { MATRIX_PRECIOS } from './matrix-precios.ts'
import { MATRIX_RELACIONES } from './matrix-relaciones.ts'
import type { Db, Speaker } from './support.ts'
import { ACTIVOS, ADMIN, EDITORES, FIRMANTES, PARTES, type Verb } from './who.ts'
import { makeContrato, makeObject, newRuc } from './world.ts'

const contrato = (db: Db) => [db.mundo.contrato.id]
const lote = (db: Db) => [db.mundo.lote]
const documento = (db: Db) => [db.mundo.documento]
const propio = (db: Db) => `${db.mundo.contrato.codigo}/propio.pdf`

/** An object of the contract's folder that belongs to whoever is about to touch it. */
async function subirPropio(db: Db, quien: Speaker) {
  const dueno =
    quien === 'sin_perfil' ? db.mundo.sinPerfil : db.mundo.usuarios[quien as keyof typeof db.mundo.usuarios]
  await makeObject(db.client, propio(db), dueno ?? null)
  // The Storage API says so before it deletes a row.
  await db.client.query(`select set_config('storage.allow_delete_query', 'true', true)`)
}

/** The contract whose price may still be edited, as it was last made. */
let enRevision: string

/** Table → verb → who may. */
export const MATRIX: Record<string, Record<string, Verb>> = {
  'public.empresas': {
    select: {
      pueden: ACTIVOS,
      sql: 'select id, nombre, tipo from public.empresas where id = $1',
      params: (db) => [db.mundo.empresas.agroarriba],
    },
    insert: {
      pueden: ADMIN,
      sql: `insert into public.empresas (ruc, nombre, tipo) values ($1, 'Nueva', 'proveedor')`,
      params: () => [newRuc()],
    },
    update: {
      pueden: ADMIN,
      sql: `update public.empresas set nombre = 'Otra' where id = $1`,
      params: (db) => [db.mundo.empresas.agroarriba],
    },
    delete: {
      pueden: [],
      sql: 'delete from public.empresas where id = $1',
      params: (db) => [db.mundo.empresas.otra_finca],
    },
  },
  'public.usuarios': {
    select: {
      pueden: ['ana_agroarriba', 'ada_admin'],
      sql: 'select * from public.usuarios where id = $1',
      params: (db) => [db.mundo.usuarios.ana_agroarriba],
    },
    insert: {
      pueden: ADMIN,
      sql: `insert into public.usuarios (id, empresa_id, nombre, rol) values ($1, $2, 'Nueva', 'exportadora')`,
      params: (db) => [db.mundo.sinPerfil, db.mundo.empresas.agroarriba],
    },
    update: {
      pueden: ['ana_agroarriba', 'ada_admin'],
      sql: `update public.usuarios set nombre = 'Ana María' where id = $1`,
      params: (db) => [db.mundo.usuarios.ana_agroarriba],
    },
    delete: {
      pueden: [],
      sql: 'delete from public.usuarios where id = $1',
      params: (db) => [db.mundo.usuarios.ana_agroarriba],
    },
  },
  'public.contratos': {
    select: { pueden: PARTES, sql: 'select * from public.contratos where id = $1', params: contrato },
    insert: {
      pueden: EDITORES,
      sql: 'insert into public.contratos (exportadora_id, contraparte_id, volumen_tm) values ($1, $2, 10)',
      params: (db) => [db.mundo.empresas.agroarriba, db.mundo.empresas.centro],
    },
    update: {
      pueden: EDITORES,
      sql: `update public.contratos set observaciones = 'x' where id = $1`,
      params: contrato,
    },
    delete: { pueden: [], sql: 'delete from public.contratos where id = $1', params: contrato },
  },
  'public.contratos_participantes': {
    select: {
      pueden: PARTES,
      sql: 'select * from public.contratos_participantes where contrato_id = $1',
      params: contrato,
    },
    insert: {
      pueden: EDITORES,
      sql: 'insert into public.contratos_participantes (contrato_id, empresa_id) values ($1, $2)',
      params: (db) => [db.mundo.contrato.id, db.mundo.empresas.otra_finca],
    },
    update: {
      pueden: [],
      sql: `update public.contratos_participantes set papel = 'contraparte' where contrato_id = $1`,
      params: contrato,
    },
    delete: {
      pueden: EDITORES,
      sql: `delete from public.contratos_participantes where contrato_id = $1 and papel = 'proveedor'`,
      params: contrato,
    },
  },
  'public.contratos_precios': {
    select: {
      pueden: FIRMANTES,
      sql: 'select * from public.contratos_precios where contrato_id = $1',
      params: contrato,
    },
    insert: {
      pueden: [],
      sql: 'insert into public.contratos_precios (contrato_id) values ($1)',
      params: contrato,
    },
    update: {
      pueden: FIRMANTES,
      // Of an Active contract, nobody.
      sql: 'update public.contratos_precios set precio_fijado_tm = 5000 where contrato_id = $1',
      params: () => [enRevision],
      async antes({ client, mundo: { empresas } }) {
        const contrato = await makeContrato(client, empresas.agroarriba, empresas.centro, {
          estado: 'En revisión',
        })
        enRevision = contrato.id
      },
    },
    delete: {
      pueden: [],
      sql: 'delete from public.contratos_precios where contrato_id = $1',
      params: contrato,
    },
  },
  'public.lotes_asociados': {
    select: { pueden: PARTES, sql: 'select * from public.lotes_asociados where id = $1', params: lote },
    insert: {
      pueden: EDITORES,
      sql: 'insert into public.lotes_asociados (contrato_id, peso_qq, humedad) values ($1, 45, 7.2)',
      params: contrato,
    },
    update: {
      pueden: EDITORES,
      sql: 'update public.lotes_asociados set humedad = 7.1 where id = $1',
      params: lote,
    },
    delete: { pueden: [], sql: 'delete from public.lotes_asociados where id = $1', params: lote },
  },
  'public.documentos_contrato': {
    select: {
      pueden: PARTES,
      sql: 'select * from public.documentos_contrato where id = $1',
      params: documento,
    },
    insert: {
      pueden: PARTES,
      sql: `insert into public.documentos_contrato (contrato_id, tipo, url_archivo) values ($1, 'pago', 'contratos/' || $2)`,
      params: (db) => [db.mundo.contrato.id, propio(db)],
      antes: subirPropio,
    },
    update: {
      pueden: [],
      sql: `update public.documentos_contrato set tipo = 'otro' where id = $1`,
      params: documento,
    },
    delete: { pueden: [], sql: 'delete from public.documentos_contrato where id = $1', params: documento },
  },
  'storage.buckets': {
    select: { pueden: ACTIVOS, sql: `select * from storage.buckets where id = 'contratos'` },
    insert: { pueden: [], sql: `insert into storage.buckets (id, name) values ('mio', 'mio')` },
    update: { pueden: [], sql: `update storage.buckets set public = true where id = 'contratos'` },
    delete: { pueden: [], sql: `delete from storage.buckets where id = 'contratos'` },
  },
  'storage.objects': {
    select: {
      pueden: PARTES,
      sql: `select * from storage.objects where bucket_id = 'contratos' and name = $1`,
      params: (db) => [`${db.mundo.contrato.codigo}/factura_001.pdf`],
    },
    insert: {
      pueden: PARTES,
      sql: `insert into storage.objects (bucket_id, name) values ('contratos', $1)`,
      params: (db) => [propio(db)],
    },
    update: {
      pueden: PARTES,
      sql: `update storage.objects set user_metadata = '{}' where name = $1`,
      params: (db) => [propio(db)],
      antes: subirPropio,
    },
    delete: {
      pueden: PARTES,
      sql: 'delete from storage.objects where name = $1',
      params: (db) => [propio(db)],
      antes: subirPropio,
    },
  },
  ...MATRIX_CONVERSACION,
  ...MATRIX_PRECIOS,
  ...MATRIX_RELACIONES,
  ...MATRIX_CALCULOS,
  ...MATRIX_CIERRE,
  ...MATRIX_ENMIENDAS,
  ...MATRIX_KPIS,
  ...MATRIX_GRAFO,
}
