import { FAILURES, type Operation, WRITE_FAILURES } from '../http/operation.ts'
import {
  FiltroMensajesSchema,
  LecturaGuardadaSchema,
  LecturaSchema,
  MensajeSchema,
  NuevoMensajeSchema,
  PaginaMensajesSchema,
} from './schemas.ts'

/** What partners say on a contract. */
export const CONVERSACION: readonly Operation[] = [
  {
    method: 'get',
    path: '/contratos/{id}/mensajes',
    id: 'listarMensajes',
    tag: 'Mensajes',
    summary: 'La conversación del contrato, de lo más nuevo a lo más antiguo',
    query: FiltroMensajesSchema,
    answers: { 200: { description: 'Una página.', body: PaginaMensajesSchema } },
    problems: [400, ...FAILURES, 404],
  },
  {
    method: 'post',
    path: '/contratos/{id}/mensajes',
    id: 'escribirMensaje',
    tag: 'Mensajes',
    summary: 'Escribe en la conversación',
    description: 'Llega al canal privado `contrato:<codigo>` como evento `mensaje`.',
    body: { schema: NuevoMensajeSchema, type: 'application/json' },
    headers: ['Idempotency-Key'],
    answers: { 201: { description: 'El mensaje.', body: MensajeSchema } },
    problems: [...WRITE_FAILURES, 404],
  },
  {
    method: 'put',
    path: '/contratos/{id}/lectura',
    id: 'marcarLectura',
    tag: 'Mensajes',
    summary: 'Guarda hasta dónde leyó quien llama; solo avanza',
    body: { schema: LecturaSchema, type: 'application/json' },
    answers: { 200: { description: 'Hasta dónde leyó.', body: LecturaGuardadaSchema } },
    problems: [...WRITE_FAILURES, 404],
  },
]
