import * as v from 'valibot'
import { FAILURES, json, type Operation, WRITE_FAILURES } from '../http/operation.ts'
import { PaginaSchema } from '../http/schemas.ts'
import {
  DiferenciaSchema,
  EnmiendaSchema,
  FiltroVersionesSchema,
  NuevaEnmiendaSchema,
  PaginaEnmiendasSchema,
  PaginaVersionesSchema,
  RechazoSchema,
} from './schemas.ts'

const LA_ENMIENDA = { 200: { description: 'La enmienda.', body: EnmiendaSchema } }

/** How what two sides agreed on changes. */
export const ENMIENDAS: readonly Operation[] = [
  {
    method: 'get',
    path: '/contratos/{id}/enmiendas',
    id: 'listarEnmiendas',
    tag: 'Enmiendas',
    summary: 'Los cambios de términos que se han propuesto, del último al primero',
    description: 'Las ven las dos empresas que firman; un proveedor asociado recibe la lista vacía.',
    query: PaginaSchema,
    answers: { 200: { description: 'Una página.', body: PaginaEnmiendasSchema } },
    problems: [400, ...FAILURES, 404],
  },
  {
    method: 'post',
    path: '/contratos/{id}/enmiendas',
    id: 'proponerEnmienda',
    tag: 'Enmiendas',
    summary: 'Propone a la otra parte un cambio de los términos de un contrato Activo',
    description:
      'Rige desde que la otra parte la acepta; si nadie la responde, vence en 30 días. Hay una abierta a la vez. `PUT /contratos/{id}` con un término hace lo mismo.',
    body: json(NuevaEnmiendaSchema),
    headers: ['Idempotency-Key'],
    answers: { 201: { description: 'La enmienda.', body: EnmiendaSchema } },
    problems: [...WRITE_FAILURES, 404],
  },
  {
    method: 'post',
    path: '/contratos/{id}/enmiendas/{enmienda}/aceptar',
    id: 'aceptarEnmienda',
    tag: 'Enmiendas',
    summary: 'Acepta la enmienda que propuso la otra parte: desde entonces rige',
    answers: LA_ENMIENDA,
    problems: [...FAILURES, 404, 409, 422],
  },
  {
    method: 'post',
    path: '/contratos/{id}/enmiendas/{enmienda}/rechazar',
    id: 'rechazarEnmienda',
    tag: 'Enmiendas',
    summary: 'Rechaza la enmienda que propuso la otra parte, diciendo por qué',
    body: json(RechazoSchema),
    answers: LA_ENMIENDA,
    problems: [...WRITE_FAILURES, 404],
  },
  {
    method: 'post',
    path: '/contratos/{id}/enmiendas/{enmienda}/retirar',
    id: 'retirarEnmienda',
    tag: 'Enmiendas',
    summary: 'Retira una enmienda que propuso la empresa de quien llama',
    answers: LA_ENMIENDA,
    problems: [...FAILURES, 404, 409],
  },
  {
    method: 'get',
    path: '/contratos/{id}/versiones',
    id: 'listarVersiones',
    tag: 'Enmiendas',
    summary: 'Las versiones de los términos de un contrato, o en qué se distinguen dos',
    description:
      'De la última a la primera: quién propuso cada una y quién la aceptó. Con `de` y `a`, lo que cambió de una a otra. Las ven las dos empresas que firman.',
    query: FiltroVersionesSchema,
    answers: {
      200: {
        description: 'Una página, o la diferencia.',
        body: v.union([PaginaVersionesSchema, DiferenciaSchema]),
      },
    },
    problems: [400, ...FAILURES, 404],
  },
]
