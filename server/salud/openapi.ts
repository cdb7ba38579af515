import type { Operation } from '../http/operation.ts'
import { ListoSchema, SaludSchema, VivoSchema } from './schemas.ts'

/** How the process is. */
export const SALUD: readonly Operation[] = [
  {
    method: 'get',
    path: '/salud',
    id: 'salud',
    tag: 'Salud',
    summary: 'Si puede atender, con el estado de cada dependencia',
    isPublic: true,
    answers: {
      200: { description: 'Listo.', body: SaludSchema },
      503: { description: 'No listo.', body: SaludSchema },
    },
    problems: [429],
  },
  {
    method: 'get',
    path: '/salud/listo',
    id: 'saludListo',
    tag: 'Salud',
    summary: 'Si se le pueden enviar peticiones: para un balanceador',
    isPublic: true,
    answers: {
      200: { description: 'Sí.', body: ListoSchema },
      503: { description: 'No: sin base de datos, o deteniéndose.', body: ListoSchema },
    },
    problems: [],
  },
  {
    method: 'get',
    path: '/salud/vivo',
    id: 'saludVivo',
    tag: 'Salud',
    summary: 'Si el proceso responde',
    isPublic: true,
    answers: { 200: { description: 'Vivo.', body: VivoSchema } },
    problems: [],
  },
]
