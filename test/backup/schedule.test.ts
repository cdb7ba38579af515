import { expect, test } from 'vitest'
import { dueAt } from '../../supabase/local/backup/schedule.ts'

// Guayaquil is five hours behind, all the year: 02:00 is 07:00Z.
const at = (text: string) => new Date(`${text}:00Z`)
const never = { primero: null, ultimo: null, probado: null }

test.each([
  ['nunca hubo uno', null, '2026-11-26T15:00', true],
  ['el de hoy está hecho', '2026-11-26T07:00', '2026-11-26T23:00', false],
  ['son las 02:00', '2026-11-25T07:00', '2026-11-26T07:00', true],
  ['falta un minuto', '2026-11-25T07:00', '2026-11-26T06:59', false],
  ['uno hecho a mano antes de las 02:00 no es el de hoy', '2026-11-26T06:50', '2026-11-26T07:00', true],
  ['la máquina estuvo apagada tres días', '2026-11-23T07:00', '2026-11-26T13:00', true],
])('el respaldo, cuando %s', (_caso, ultimo, now, backup) => {
  const last = ultimo === null ? null : at(ultimo)
  expect(dueAt({ ...never, primero: last, ultimo: last, probado: at(now) }, at(now)).backup).toBe(backup)
})

test.each([
  ['no hay nada que probar', null, null, '2026-11-29T12:00', false],
  ['nada se probó y no ha pasado un domingo', '2026-11-24T07:00', null, '2026-11-28T12:00', false],
  ['nada se probó y es domingo a las 04:00', '2026-11-24T07:00', null, '2026-11-29T09:00', true],
  ['la de esta semana está hecha', '2026-01-01T07:00', '2026-11-29T09:01', '2026-12-05T12:00', false],
  ['la máquina estuvo apagada el domingo', '2026-01-01T07:00', '2026-11-22T09:01', '2026-12-01T12:00', true],
])('la prueba, cuando %s', (_caso, primero, probado, now, proof) => {
  const dates = { primero: primero && at(primero), probado: probado && at(probado) }
  expect(dueAt({ ...never, ...dates, ultimo: at(now) } as never, at(now)).proof).toBe(proof)
})
