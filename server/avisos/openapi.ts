import { FAILURES, json, type Operation, WRITE_FAILURES } from '../http/operation.ts'
import { PaginaSchema } from '../http/schemas.ts'
import {
  DispositivoSchema,
  LeidasSchema,
  NuevoDispositivoSchema,
  PaginaNotificacionesSchema,
  SinLeerSchema,
} from './schemas.ts'

/** What others did, told to each user. */
export const NOTIFICACIONES: readonly Operation[] = [
  {
    method: 'get',
    path: '/notificaciones',
    id: 'listarNotificaciones',
    tag: 'Notificaciones',
    summary: 'Lo que otros hicieron en sus contratos: primero lo no leído, primero lo último',
    description: 'Llegan también al canal privado `usuario:<id>` como evento `notificacion`.',
    query: PaginaSchema,
    answers: { 200: { description: 'Una página.', body: PaginaNotificacionesSchema } },
    problems: [400, ...FAILURES],
  },
  {
    method: 'post',
    path: '/notificaciones/leidas',
    id: 'leerNotificaciones',
    tag: 'Notificaciones',
    summary: 'Marca notificaciones como leídas, las dadas o todas',
    body: json(LeidasSchema),
    answers: { 200: { description: 'Cuántas quedan.', body: SinLeerSchema } },
    problems: WRITE_FAILURES,
  },
  {
    method: 'post',
    path: '/dispositivos',
    id: 'registrarDispositivo',
    tag: 'Notificaciones',
    summary: 'Los avisos llegan también a este dispositivo; deja de ser de otra cuenta',
    body: json(NuevoDispositivoSchema),
    answers: { 201: { description: 'El dispositivo.', body: DispositivoSchema } },
    problems: WRITE_FAILURES,
  },
  {
    method: 'delete',
    path: '/dispositivos/{token}',
    id: 'quitarDispositivo',
    tag: 'Notificaciones',
    summary: 'Los avisos dejan de llegar a este dispositivo',
    answers: { 204: { description: 'Hecho, también si no estaba.' } },
    problems: FAILURES,
  },
]
