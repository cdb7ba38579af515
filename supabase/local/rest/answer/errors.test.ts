import { expect, test, vi } from 'vitest'
import { TooManyAtOnce, TurnTooLate } from '../../../../server/process/turns.ts'
import { answerError } from './errors.ts'

const raised = (code: string, message = 'no', more: { detail?: string; hint?: string } = {}) =>
  Object.assign(new Error(message), { severity: 'ERROR', code, ...more })
const answer = (error: unknown, isAnonymous = false, isFull = false) =>
  answerError(error, { isAnonymous, isFull })
const statusOf = (code: string, message?: string) => answer(raised(code, message)).status

test('cada SQLSTATE tiene el estado que le da PostgREST', () => {
  const expected: Record<string, number> = {
    '08006': 503,
    '09000': 500,
    '0L000': 403,
    '0P000': 403,
    '21000': 500,
    '22P02': 400,
    '23502': 400,
    '23503': 409,
    '23505': 409,
    '23514': 400,
    '25006': 405,
    '25001': 500,
    '28000': 503,
    '2D000': 500,
    '38000': 500,
    '39000': 500,
    '3B000': 500,
    '40001': 500,
    '42501': 403,
    '42601': 400,
    '42703': 400,
    '42883': 404,
    '42P01': 404,
    '42P17': 500,
    '53400': 500,
    '54000': 500,
    '55000': 500,
    '57014': 500,
    '57P01': 503,
    '58000': 500,
    F0000: 500,
    HV000: 500,
    P0001: 400,
    P0002: 500,
    XX000: 500,
    PT404: 404,
    PTxyz: 500,
    PT101: 500,
    ZZ123: 400,
  }
  const found = Object.fromEntries(Object.keys(expected).map((code) => [code, statusOf(code)]))
  expect(found).toEqual(expected)
})

test('unos pocos dependen de lo que dice Postgres', () => {
  expect(statusOf('21000', 'UPDATE requires a WHERE clause')).toBe(400)
  expect(statusOf('22023', 'role "nadie" does not exist')).toBe(401)
  expect(statusOf('22023', 'invalid value')).toBe(400)
  expect(statusOf('42883', 'function xmlagg(record) does not exist')).toBe(406)
})

test('a quien no ha entrado se le pide que entre', () => {
  const { status, headers } = answer(raised('42501'), true)
  expect(status).toBe(401)
  expect(headers).toContainEqual(['WWW-Authenticate', 'Bearer'])
})

test('un error de Postgres llega entero', () => {
  const { status, body } = answer(raised('23514', 'breaks a rule', { detail: 'this row', hint: 'do so' }))
  expect(status).toBe(400)
  expect(body).toBe('{"code":"23514","details":"this row","hint":"do so","message":"breaks a rule"}')
})

test('quien no cabe, o no puede escribir porque no hay sitio, lo lee con nuestra clave', () => {
  const full = answer(raised('25006'), false, true)
  expect(full.status).toBe(507)
  expect(JSON.parse(String(full.body))).toMatchObject({ code: 'PT507', message: 'sin_espacio' })
  const many = answer(new TooManyAtOnce('200 are waiting'))
  expect(many.status).toBe(429)
  expect(many.headers).toContainEqual(['Retry-After', '2'])
})

test('lo que falla antes de preguntar es de la conexión', () => {
  const codeOf = (error: Error) => JSON.parse(String(answer(error).body)).code
  expect(answer(Object.assign(new Error('x'), { code: 'ECONNREFUSED' })).status).toBe(503)
  expect(codeOf(Object.assign(new Error('x'), { code: 'ECONNREFUSED' }))).toBe('PGRST000')
  expect(codeOf(new Error('Connection terminated unexpectedly'))).toBe('PGRST001')
  expect(codeOf(new TurnTooLate('10 s'))).toBe('PGRST003')
  expect(answer(new TurnTooLate('10 s')).status).toBe(504)
})

test('lo que es culpa nuestra no se cuenta', () => {
  const log = vi.spyOn(console, 'error').mockImplementation(() => {})
  const { status, body } = answer(new TypeError('secret'))
  expect(status).toBe(500)
  expect(body).not.toContain('secret')
  expect(log).toHaveBeenCalledOnce()
  log.mockRestore()
})

test('PGRST deja a SQL escribir toda la respuesta', () => {
  const message = '{"code":"123","message":"hola","details":"d","hint":"h"}'
  const detail = '{"status":332,"status_text":"My Status","headers":{"X-Header":"v"}}'
  expect(answer(raised('PGRST', message, { detail }))).toEqual({
    status: 332,
    statusText: 'My Status',
    headers: [
      ['Content-Type', 'application/json; charset=utf-8'],
      ['Proxy-Status', 'PostgREST; error=123'],
      ['X-Header', 'v'],
    ],
    body: '{"code":"123","details":"d","hint":"h","message":"hola"}',
  })
})

test.each([
  ['no es JSON', '{}', 'Invalid JSON value for MESSAGE'],
  ['{"code":"1","message":"m"}', undefined, 'DETAIL is missing'],
  ['{"code":"1","message":"m"}', '{"status":1}', 'Invalid JSON value for DETAIL'],
  ['{"code":"1","message":"m"}', '{"status":400,"headers":{"a":"x\\ny"}}', 'Invalid JSON value for DETAIL'],
])('y si la escribe mal se le dice: %s, %s', (message, detail, details) => {
  const { status, body } = answer(raised('PGRST', message, detail === undefined ? {} : { detail }))
  expect(status).toBe(500)
  expect(JSON.parse(String(body))).toMatchObject({ code: 'PGRST121' })
  expect(JSON.parse(String(body)).details).toContain(details)
})
