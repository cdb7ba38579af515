// The same errors as PostgREST, GoTrue and storage-api word them, through the SDK: the stack of the tests is another.
import { createClient } from '@supabase/supabase-js'
import { describe, expect, test } from 'vitest'
import { explicar } from './errores.ts'

/** The SDK in front of a server that gives this one answer. */
const ante = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  createClient('http://supabase.test', 'sb_publishable_x', {
    auth: { persistSession: false, autoRefreshToken: false },
    global: {
      fetch: async () =>
        new Response(typeof body === 'string' ? body : JSON.stringify(body), {
          status,
          headers: { 'content-type': 'application/json', ...headers },
        }),
    },
  })

const deTabla = async (status: number, body: unknown) =>
  explicar((await ante(status, body).from('contratos').select()).error)
const deAuth = async (status: number, body: unknown, headers?: Record<string, string>) =>
  explicar(
    (await ante(status, body, headers).auth.signInWithPassword({ email: 'a@b.test', password: 'x' })).error,
  )
const deStorage = async (status: number, body: unknown) =>
  explicar(
    (
      await ante(status, body)
        .storage.from('contratos')
        .upload('a/b.pdf', new Blob(['x']))
    ).error,
  )
const deFuncion = async (status: number, body: unknown) =>
  explicar((await ante(status, body).functions.invoke('contratos')).error)

describe('los errores de PostgREST', () => {
  test.each([
    [
      400,
      {
        code: '23514',
        message:
          'new row for relation "lotes_asociados" violates check constraint "lotes_asociados_peso_qq_valido"',
        details: 'Failing row contains (…).',
      },
      'datos_invalidos',
      'peso_qq',
    ],
    [
      409,
      {
        code: '23505',
        message: 'duplicate key value violates unique constraint "empresas_ruc_key"',
        details: 'Key (ruc)=(0992741589001) already exists.',
      },
      'duplicado',
      'ruc',
    ],
    [
      409,
      {
        code: '23505',
        message: 'duplicate key value violates unique constraint "lotes_asociados_codigo_lote_key"',
        details: 'Key (contrato_id, codigo_lote)=(1, LT-0001) already exists.',
      },
      'duplicado',
      'codigo_lote',
    ],
    [
      409,
      {
        code: '23503',
        message:
          'insert or update on table "usuarios" violates foreign key constraint "usuarios_empresa_id_fkey"',
        details: 'Key (empresa_id)=(9) is not present in table "empresas".',
      },
      'referencia_inexistente',
      'empresa_id',
    ],
    [
      400,
      {
        code: '23502',
        message: 'null value in column "humedad" of relation "lotes_asociados" violates not-null constraint',
        details: null,
      },
      'datos_invalidos',
      'humedad',
    ],
    [
      406,
      {
        code: 'PGRST116',
        message: 'JSON object requested, multiple (or no) rows returned',
        details: 'The result contains 0 rows',
      },
      'no_existe',
      null,
    ],
    [401, { code: 'PGRST301', message: 'JWT expired', details: null, hint: null }, 'no_autenticado', null],
    [
      503,
      {
        code: 'PGRST002',
        message: 'Could not query the database for the schema cache. Retrying.',
        details: null,
        hint: null,
      },
      'no_disponible',
      null,
    ],
    [
      500,
      { code: '57014', message: 'canceling statement due to statement timeout', details: null, hint: null },
      'no_disponible',
      null,
    ],
    [
      409,
      { code: 'PT409', message: 'contrato_cerrado', details: 'Un contrato cerrado no se edita.', hint: null },
      'contrato_cerrado',
      null,
    ],
    [
      422,
      { code: 'PT422', message: 'fijacion_futura', details: 'No se fija con fecha futura.', hint: 'fecha' },
      'fijacion_futura',
      'fecha',
    ],
  ])('%i %o: %s', async (status, body, clave, campo) => {
    const explicado = await deTabla(status, body)
    expect([explicado.clave, explicado.campo]).toEqual([clave, campo])
    if (body.code.startsWith('PT')) expect(explicado.mensaje).toBe(body.details)
  })
})

describe('los errores de GoTrue', () => {
  const VERSION = { 'x-supabase-api-version': '2024-01-01' }
  test.each([
    [400, { code: 'invalid_credentials', message: 'Invalid login credentials' }, 'invalid_credentials', null],
    [400, { code: 'email_not_confirmed', message: 'Email not confirmed' }, 'email_not_confirmed', 'email'],
    [
      422,
      {
        code: 'weak_password',
        message: 'Password should be at least 8 characters.',
        weak_password: { reasons: ['length'] },
      },
      'weak_password',
      'password',
    ],
    [
      429,
      {
        code: 'over_email_send_rate_limit',
        message: 'For security purposes, you can only request this after 50 seconds.',
      },
      'over_email_send_rate_limit',
      'email',
    ],
    [429, { code: 'algo_nuevo', message: 'x' }, 'demasiadas_peticiones', null],
    [500, { code: 'unexpected_failure', message: 'x' }, 'no_disponible', null],
  ])('%i %o', async (status, body, clave, campo) => {
    const explicado = await deAuth(status, body, VERSION)
    expect([explicado.clave, explicado.campo]).toEqual([clave, campo])
  })

  test('lo que responde un proxy en su lugar', async () => {
    expect((await deAuth(502, '<html>Bad gateway</html>', { 'content-type': 'text/html' })).clave).toBe(
      'no_disponible',
    )
  })
})

describe('los errores de storage-api', () => {
  test.each([
    [400, { statusCode: '409', error: 'Duplicate', message: 'The resource already exists' }, 'duplicado'],
    [
      400,
      { statusCode: '403', error: 'Unauthorized', message: 'new row violates row-level security policy' },
      'sin_permiso',
    ],
    [
      400,
      { statusCode: '415', error: 'invalid_mime_type', message: 'mime type x is not supported' },
      'archivo_no_admitido',
    ],
    [
      400,
      {
        statusCode: '413',
        error: 'Payload too large',
        message: 'The object exceeded the maximum allowed size',
      },
      'archivo_demasiado_grande',
    ],
    [
      400,
      { statusCode: '404', error: 'not_found', message: 'Object not found', code: 'NoSuchKey' },
      'no_existe',
    ],
    [
      400,
      {
        statusCode: '409',
        error: 'objeto_registrado',
        code: 'objeto_registrado',
        message: 'Un archivo registrado como documento no se reemplaza ni se mueve.',
      },
      'objeto_registrado',
    ],
    [
      500,
      { statusCode: '500', error: 'DatabaseError', code: 'DatabaseError', message: 'objeto_registrado' },
      'objeto_registrado',
    ],
    [413, '<html>413 Request Entity Too Large</html>', 'archivo_demasiado_grande'],
    [503, '<html>Service unavailable</html>', 'no_disponible'],
  ])('%i %o', async (status, body, clave) => {
    expect((await deStorage(status, body)).clave).toBe(clave)
  })

  test('una regla del negocio conserva su mensaje', async () => {
    const mensaje = 'Un archivo registrado como documento no se reemplaza ni se mueve.'
    const body = {
      statusCode: '409',
      error: 'objeto_registrado',
      code: 'objeto_registrado',
      message: mensaje,
    }
    expect((await deStorage(400, body)).mensaje).toBe(mensaje)
  })
})

describe('los errores de una función', () => {
  test.each([
    [
      422,
      {
        clave: 'datos_invalidos',
        detail: 'Algún dato no es válido.',
        errores: [{ campo: 'volumen_tm', mensaje: 'Debe ser mayor que 0.' }],
      },
      'datos_invalidos',
      'volumen_tm',
    ],
    [
      422,
      {
        clave: 'datos_invalidos',
        detail: 'Algún dato no es válido.',
        errores: [{ campo: '', mensaje: 'No hay nada que cambiar.' }],
      },
      'datos_invalidos',
      null,
    ],
    [502, '<html>Bad gateway</html>', 'no_disponible', null],
    [401, '', 'no_autenticado', null],
  ])('%i %o', async (status, body, clave, campo) => {
    const explicado = await deFuncion(status, body)
    expect([explicado.clave, explicado.campo]).toEqual([clave, campo])
  })
})
