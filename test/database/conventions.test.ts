import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { TIPOS_DE_AVISO } from '../../server/avisos/schemas.ts'
import { PROJECT_DIR } from '../../supabase/local/settings.ts'
import { FUNCIONES } from './funciones-concedidas.ts'
import { connect } from './support.ts'

const MIGRATIONS = join(PROJECT_DIR, 'supabase/migrations')

let client: pg.Client
beforeAll(async () => {
  client = await connect()
})
afterAll(() => client.end())

/** The names that a query of the catalog finds, which should be none. */
const offenders = async (sql: string) =>
  (await client.query({ text: sql, rowMode: 'array' })).rows.map((row) => row.join(' '))

/** Column privileges of a role over our schema: table → verb → columns, or `*` for the whole table. */
async function grantsOf(role: string): Promise<Record<string, Record<string, string>>> {
  const { rows } = await client.query(
    `select c.relname as tabla, p.verbo,
       case when has_table_privilege($1, c.oid, p.verbo) then '*' else (
         select string_agg(a.attname, ' ' order by a.attnum) from pg_attribute a
         where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
           and p.verbo in ('select', 'insert', 'update') and has_column_privilege($1, c.oid, a.attnum, p.verbo)
       ) end as columnas
     from pg_class c
     cross join unnest(array['select', 'insert', 'update', 'delete', 'truncate', 'references', 'trigger']) as p (verbo)
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'v', 'm', 'p', 'f')`,
    [role],
  )
  const grants: Record<string, Record<string, string>> = {}
  for (const { tabla, verbo, columnas } of rows)
    if (columnas) grants[tabla] = { ...grants[tabla], [verbo]: columnas }
  return grants
}

const PARTES = 'exportadora_id contraparte_id'
const DATOS = 'fecha_firma volumen_tm'
const ENTREGA = 'calidad fecha_entrega tolerancia_pct modalidad_precio cierre dias_confirmacion'
const ESCRITURAS = {
  contratos: {
    select: '*',
    insert: `${PARTES} ${DATOS} observaciones ${ENTREGA}`,
    update: `${DATOS} estado observaciones ${ENTREGA}`,
  },
  contratos_participantes: { select: '*', insert: 'contrato_id empresa_id' },
  contratos_precios: { select: '*', update: 'precio_fijado_tm diferencial_tm' },
  lotes_asociados: {
    select: '*',
    insert: 'contrato_id codigo_lote peso_qq humedad estado lote_id lote_kg origen_compartido',
    update: 'peso_qq humedad estado origen_compartido',
  },
  documentos_contrato: {
    select: '*',
    insert: 'contrato_id lote_id tipo etiqueta nombre_archivo url_archivo',
  },
  fijaciones: { select: '*', insert: 'contrato_id tm ny diferencial fecha', update: 'motivo' },
}
/** Written by functions alone. */
const GRAFO = ['operaciones', 'lotes', 'consumos', 'productos', 'perdidas', 'retenciones', 'ajustes']
const MEDIDAS = 'n cantidad inicial_qq humedad_qq usd'
const PERFIL = { insert: 'id empresa_id nombre rol activo', update: 'empresa_id nombre rol activo' }
const EMPRESA = { insert: 'ruc nombre tipo activo siglas', update: 'ruc nombre activo siglas' }

describe('los permisos son los de esta lista', () => {
  test('anon no tiene ninguno', async () => expect(await grantsOf('anon')).toEqual({}))

  test('authenticated escribe solo las columnas que le tocan', async () => {
    expect(await grantsOf('authenticated')).toEqual({
      ...ESCRITURAS,
      empresas: { select: 'id nombre tipo activo creado_en actualizado_en siglas', ...EMPRESA },
      usuarios: { select: '*', ...PERFIL, update: `${PERFIL.update} telefono idioma` },
      invitaciones: {
        select: 'id email empresa_id rol invitado_por creado_en vence_en aceptada_en aceptada_por anulada_en',
        update: 'anulada_en',
      },
      relaciones: {
        select: 'id propone_id con_id estado motivo contrato_id propuesta_en respondida_en terminada_en',
      },
      preferencias: { select: '*', insert: 'tipo en_app push', update: 'tipo en_app push' },
      contratos_participantes: { ...ESCRITURAS.contratos_participantes, delete: '*' },
      mensajes: { select: '*', insert: 'contrato_id texto documento_id lote_id id_cliente' },
      contratos_reaperturas: { select: '*', insert: 'contrato_id motivo' },
      contratos_versiones: { select: '*' },
      enmiendas: { select: '*' },
      lecturas: { select: '*', insert: 'contrato_id hasta', update: 'contrato_id hasta' },
      notificaciones: { select: '*' },
      dispositivos: { select: '*', delete: '*' },
      calculos: { select: '*', insert: 'tipo fecha entrada parametros resultado' },
      precios_fob: {
        select: '*',
        insert: 'fecha calidad mercado precio_tm diferencial fuente',
        update: 'fecha calidad mercado precio_tm diferencial fuente',
        delete: '*',
      },
      precios_pendientes: { select: '*' },
      parametros: {
        select: 'id empresa_id tipo variante valor desde hasta creado_en',
        insert: 'tipo variante valor desde hasta',
        update: 'valor desde hasta',
        delete: '*',
      },
      centros: { select: '*', insert: 'codigo nombre tipo', update: 'nombre tipo activo' },
      productores: {
        select: '*',
        insert: 'identificacion nombre telefono correo hectareas',
        update: 'nombre telefono correo hectareas activo',
      },
      ...Object.fromEntries(GRAFO.map((tabla) => [tabla, { select: '*' }])),
      avances: { select: 'contrato_id lotes recibido_qq exportado_qq' },
      kpis_cambios: { select: `empresa_id papel otra_id calidad medida fecha ${MEDIDAS}` },
      kpis_celdas: { select: '*' },
      kpis_totales: { select: '*' },
      kpis_contratos: { select: '*' },
    })
  })

  test('service_role no da códigos ni borra nada legal', async () => {
    expect(await grantsOf('service_role')).toEqual({
      ...ESCRITURAS,
      empresas: { select: '*', ...EMPRESA, delete: '*' },
      usuarios: { select: '*', ...PERFIL, delete: '*' },
      mensajes: { select: '*' },
      lecturas: { select: '*' },
    })
  })

  test('ningún rol de la API toca las tablas ni las secuencias internas', async () => {
    const sql = `select r, c.relname from pg_class c cross join unnest(array['anon', 'authenticated', 'service_role']) as r
      where (c.relnamespace = 'privado'::regnamespace and c.relkind = 'r' and has_any_column_privilege(r, c.oid, 'select, insert, update'))
        or (c.relnamespace in ('privado'::regnamespace, 'public'::regnamespace) and c.relkind = 'S' and has_sequence_privilege(r, c.oid, 'usage, select, update'))`
    expect(await offenders(sql)).toEqual([])
  })
})

describe('cada tabla pública', () => {
  test.each([
    ['tiene RLS', 'not c.relrowsecurity'],
    ['tiene comentario', `obj_description(c.oid, 'pg_class') is null`],
    ['tiene políticas', 'not exists (select from pg_policy p where p.polrelid = c.oid)'],
    [
      'tiene clave primaria',
      `not exists (select from pg_constraint k where k.conrelid = c.oid and k.contype = 'p')`,
    ],
    [
      'no guarda float, timestamp sin zona ni identificadores que dé el cliente',
      `exists (select from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and (
        a.atttypid in ('float4'::regtype, 'float8'::regtype, 'money'::regtype, 'timestamp'::regtype)
        or (a.attname = 'id' and a.atttypid = 'int8'::regtype and a.attidentity <> 'a')))`,
    ],
  ])('%s', async (_regla, condicion) => {
    const sql = `select c.relname from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and ${condicion}`
    expect(await offenders(sql)).toEqual([])
  })

  test('tiene un índice para cada clave foránea', async () => {
    const sql = `select k.conname from pg_constraint k where k.contype = 'f' and k.connamespace = 'public'::regnamespace
      and not exists (
        select from pg_index i where i.indrelid = k.conrelid and i.indpred is null
          and (i.indkey::int2[])[0:cardinality(k.conkey) - 1] @> k.conkey)`
    expect(await offenders(sql)).toEqual([])
  })

  test('tiene una sola política por verbo, y solo para authenticated', async () => {
    const sql = `select tablename, cmd from pg_policies where schemaname = 'public' or policyname like 'triboka\\_%'
      group by tablename, cmd having count(*) > 1 or bool_or(roles <> '{authenticated}' or permissive <> 'PERMISSIVE')`
    expect(await offenders(sql)).toEqual([])
  })

  test('pregunta a cada ayudante una vez por consulta, no por fila', async () => {
    const sql = `select tablename, policyname from pg_policies where (schemaname = 'public' or policyname like 'triboka\\_%')
      and regexp_replace(coalesce(qual, '') || coalesce(with_check, ''), 'SELECT (privado|auth)\\.\\w+\\(\\)', '', 'g')
        ~ '(privado\\.(mi_empresa|mi_rol|es_admin)|auth\\.\\w+)\\(\\)'`
    expect(await offenders(sql)).toEqual([])
  })

  test('tiene disparadores cuyo nombre lleva orden y deber', async () => {
    const sql = `select tgrelid::regclass, tgname from pg_trigger t join pg_class c on c.oid = t.tgrelid
      where not t.tgisinternal and c.relnamespace = 'public'::regnamespace and t.tgname !~ '^_[0-9]{3}_[a-z_]+$'`
    expect(await offenders(sql)).toEqual([])
  })
})

describe('cada función nuestra', () => {
  test.each([
    ['fija search_path vacío', `not coalesce(p.proconfig, '{}') @> array['search_path=""']`],
    ['tiene comentario', `obj_description(p.oid, 'pg_proc') is null`],
    [
      'no la ejecuta anon, salvo las cifras para todos, aceptar una invitación y la página pública',
      `has_function_privilege('anon', p.oid, 'execute')
        and p.proname not in ('parametros_vigentes', 'aceptar_invitacion', 'ver_testigo', 'probar_archivo')`,
    ],
    ['si es pública, corre como quien la llama', `p.prosecdef and p.pronamespace = 'public'::regnamespace`],
    [
      'si es pública, pregunta quién llama antes de buscar, o RLS no deja usar el índice',
      `p.pronamespace = 'public'::regnamespace and p.prosrc ~ '(=|<>|distinct from) auth\\.uid\\(\\)'`,
    ],
  ])('%s', async (_regla, condicion) => {
    const sql = `select p.oid::regprocedure from pg_proc p
      where p.pronamespace in ('public'::regnamespace, 'privado'::regnamespace) and ${condicion}`
    expect(await offenders(sql)).toEqual([])
  })

  test('authenticated ejecuta solo las de esta lista', async () => {
    const sql = `select p.oid::regprocedure::text from pg_proc p
      where p.pronamespace in ('public'::regnamespace, 'privado'::regnamespace)
        and has_function_privilege('authenticated', p.oid, 'execute')`
    expect((await offenders(sql)).map((firma) => firma.replace(/\(.*/, '')).sort()).toEqual(FUNCIONES)
  })
})

test('los tipos de aviso son los mismos en la base, en la tabla y en la API', async () => {
  const { rows } = await client.query(
    `select to_json(privado.tipos_de_aviso()) as conocidos, pg_get_constraintdef(oid) as admitidos
     from pg_constraint where conname = 'notificaciones_tipo_valido'`,
  )
  const admitidos = /'\{([\w,]+)\}'::text\[\]/.exec(rows[0].admitidos)?.[1]?.split(',')
  expect(rows[0].conocidos).toEqual(TIPOS_DE_AVISO)
  expect(admitidos).toEqual(TIPOS_DE_AVISO)
})

describe('cada migración', async () => {
  const files = (await readdir(MIGRATIONS)).filter((file) => file.endsWith('.sql')).sort()

  test.each(files)('%s dice por qué, qué toca y si destruye', async (file) => {
    expect(file).toMatch(/^\d{14}_[a-z_]+\.sql$/)
    const header = /^(?:-- .*\n)+/.exec(await readFile(join(MIGRATIONS, file), 'utf8'))?.[0]
    expect(header).toMatch(/^-- Why: /)
    expect(header).toMatch(/^-- Touches: /m)
    expect(header).toMatch(/Destructive: (no|yes)/)
    // What npm run db:diff leaves to be filled in.
    expect(header).not.toContain('…')
  })
})
