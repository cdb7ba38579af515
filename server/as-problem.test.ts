import { readFile } from 'node:fs/promises'
import { createError } from 'h3'
import { describe, expect, test } from 'vitest'
import { asProblem } from './as-problem.ts'
import { isDuplicate, problemFromStorage } from './documentos/storage-errors.ts'
import { CATALOGUE } from './http/catalogue.ts'
import { fromDatabase } from './http/postgres-errors.ts'
import { type Problem, problem } from './http/problem.ts'

const postgres = (code: string, fields: object = {}) =>
  Object.assign(new Error('relation "secreta" …'), { severity: 'ERROR', code, ...fields })
const bodyOf = (error: unknown) => (fromDatabase(error) as Problem).body
const event = { path: '/functions/v1/contratos?x=1' } as never

describe('el catálogo de errores', () => {
  test('está en docs/errores.md, con su estado y su mensaje', async () => {
    const docs = (await readFile(new URL('../docs/errores.md', import.meta.url), 'utf8')).replaceAll(
      '\\<',
      '<',
    )
    for (const [clave, [status, detail]] of Object.entries(CATALOGUE)) {
      expect(docs).toContain(`| \`${clave}\` | ${status} | ${detail} |`)
    }
  })
})

describe('un error de Postgres', () => {
  test('lanzado a propósito conserva clave, estado, mensaje y campo', () => {
    const error = Object.assign(
      postgres('PT409', { detail: 'Un contrato cerrado no se edita.', hint: 'estado' }),
      {
        message: 'contrato_cerrado',
      },
    )
    expect(bodyOf(error)).toEqual({
      type: 'urn:triboka:error:contrato_cerrado',
      title: 'Conflicto',
      status: 409,
      detail: 'Un contrato cerrado no se edita.',
      clave: 'contrato_cerrado',
      errores: [{ campo: 'estado', mensaje: 'Un contrato cerrado no se edita.' }],
    })
  })

  test.each([
    ['42501', {}, 403, 'sin_permiso', undefined],
    [
      '23505',
      { table: 'lotes_asociados', constraint: 'lotes_asociados_codigo_lote_key' },
      409,
      'duplicado',
      'codigo_lote',
    ],
    [
      '23503',
      { table: 'documentos_contrato', constraint: 'documentos_contrato_lote_fkey' },
      422,
      'referencia_inexistente',
      'lote',
    ],
    [
      '23514',
      { table: 'contratos', constraint: 'contratos_volumen_tm_valido' },
      422,
      'datos_invalidos',
      'volumen_tm',
    ],
    [
      '23514',
      { table: 'contratos', constraint: 'contratos_partes_distintas' },
      422,
      'datos_invalidos',
      undefined,
    ],
    ['23502', { column: 'peso_qq' }, 422, 'datos_invalidos', 'peso_qq'],
    ['22P02', {}, 422, 'datos_invalidos', undefined],
    ['22003', {}, 422, 'datos_invalidos', undefined],
    ['40001', {}, 409, 'conflicto_simultaneo', undefined],
    ['40P01', {}, 409, 'conflicto_simultaneo', undefined],
    ['57P01', {}, 503, 'base_no_disponible', undefined],
    ['53300', {}, 503, 'base_no_disponible', undefined],
    ['57014', {}, 503, 'base_no_disponible', undefined],
  ])('%s %j es %i %s', (code, fields, status, clave, campo) => {
    const body = bodyOf(postgres(code, fields))
    expect(body).toMatchObject({ status, clave })
    expect(body.errores?.[0]?.campo).toBe(campo)
    expect(JSON.stringify(body)).not.toContain('secreta')
  })

  test.each([
    Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }),
    new Error('Connection terminated unexpectedly'),
    new Error('timeout exceeded when trying to connect'),
    new Error('Query read timeout'),
  ])('de conexión es 503 con Retry-After: %s', (error) => {
    const translated = fromDatabase(error) as Problem
    expect([translated.statusCode, translated.headers['retry-after']]).toEqual([503, '5'])
  })

  test('que nadie previó sigue siendo el mismo', () => {
    for (const error of [postgres('42703'), new TypeError('x is not a function')])
      expect(fromDatabase(error)).toBe(error)
  })
})

describe('lo que una ruta lanza', () => {
  test('imprevisto es un 500 que no cuenta nada', () => {
    const error = createError(new Error('contraseña hunter2 en /etc/x'))
    error.unhandled = true
    const { body } = asProblem(error, event)
    expect(body).toMatchObject({ status: 500, clave: 'error_interno' })
    expect(JSON.stringify(body)).not.toContain('hunter2')
  })

  test('un problema queda como está', () => {
    const thrown = problem('lote_no_existe')
    expect(asProblem(thrown, event)).toBe(thrown)
  })

  test('lo de h3 se dice en español', () => {
    expect(asProblem(createError({ statusCode: 404 }), event).clave).toBe('ruta_inexistente')
    expect(asProblem(createError({ statusCode: 400 }), event).clave).toBe('peticion_invalida')
    const refused = asProblem(createError({ statusCode: 405 }), event)
    expect([refused.clave, refused.headers.allow]).toEqual(['metodo_no_permitido', 'GET, POST, OPTIONS'])
  })
})

describe('un error de Storage', () => {
  test.each([
    [{ status: 400, statusCode: '409', message: 'The resource already exists' }, 503],
    [{ status: 400, statusCode: '403', message: 'new row violates row-level security policy' }, 403],
    [{ status: 413, statusCode: '413', message: 'too large' }, 413],
    [{ status: 400, statusCode: '415', message: 'mime type not supported' }, 422],
    [{ status: 416, message: 'invalid range' }, 416],
    [{ status: 500, message: 'boom' }, 503],
    [new TypeError('fetch failed'), 503],
  ])('%j es %i', (error, status) => {
    expect(problemFromStorage(error).statusCode).toBe(status)
  })

  test('dice cuándo el nombre ya existe', () => {
    expect(isDuplicate({ status: 400, statusCode: '409', message: 'x' })).toBe(true)
    expect(isDuplicate({ status: 400, statusCode: 'InvalidKey', message: 'x' })).toBe(false)
  })
})
