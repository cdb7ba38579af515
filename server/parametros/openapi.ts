import { FAILURES, json, type Operation, WRITE_FAILURES } from '../http/operation.ts'
import {
  EdicionParametroSchema,
  FiltroParametrosSchema,
  NuevoParametroSchema,
  PaginaParametrosSchema,
  ParametroSchema,
} from './schemas.ts'

/** The figures that calculations depend on. */
export const PARAMETROS: readonly Operation[] = [
  {
    method: 'get',
    path: '/parametros',
    id: 'listarParametros',
    tag: 'Parámetros',
    summary: 'Las cifras de los cálculos: las de todas y las propias, con los días en que rigen',
    description:
      'Con `fecha`, de cada tipo y variante la que rige ese día: la propia o, si no hay, la de todas.',
    query: FiltroParametrosSchema,
    answers: { 200: { description: 'Una página, primero lo último.', body: PaginaParametrosSchema } },
    problems: [400, ...FAILURES],
  },
  {
    method: 'post',
    path: '/parametros',
    id: 'crearParametro',
    tag: 'Parámetros',
    summary: 'Una cifra de la empresa (de un administrador, de todas) desde un día',
    description: 'La que regía sin fin termina ese día. Dos de un tipo y variante nunca rigen a la vez.',
    body: json(NuevoParametroSchema),
    headers: ['Idempotency-Key'],
    answers: { 201: { description: 'El parámetro.', body: ParametroSchema, headers: ['Location'] } },
    problems: WRITE_FAILURES,
  },
  {
    method: 'put',
    path: '/parametros/{parametro}',
    id: 'editarParametro',
    tag: 'Parámetros',
    summary: 'Cambia una cifra que ningún cálculo usó; de una usada, solo cuándo termina',
    body: json(EdicionParametroSchema),
    answers: { 200: { description: 'El parámetro.', body: ParametroSchema } },
    problems: [...WRITE_FAILURES, 404],
  },
  {
    method: 'delete',
    path: '/parametros/{parametro}',
    id: 'borrarParametro',
    tag: 'Parámetros',
    summary: 'Quita una cifra que ningún cálculo usó',
    answers: { 204: { description: 'Hecho.' } },
    problems: [...FAILURES, 404, 409],
  },
]
