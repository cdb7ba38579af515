import { FAILURES, type Operation } from '../http/operation.ts'
import { ClavesSchema, VerificacionSchema } from './schemas.ts'

/** What proves what happened. */
export const EVIDENCIA: readonly Operation[] = [
  {
    method: 'get',
    path: '/contratos/{id}/verificacion',
    id: 'verificarContrato',
    tag: 'Evidencia',
    summary: 'Recalcula la cadena de un contrato y dice exactamente qué no cuadra',
    description:
      'Compara la cadena con las filas, los documentos y los mensajes del contrato, y con la última raíz firmada. ' +
      'La piden las dos empresas que firman y un administrador.',
    answers: { 200: { description: 'Qué se comprobó y qué no cuadra.', body: VerificacionSchema } },
    problems: [...FAILURES, 404],
  },
  {
    method: 'get',
    path: '/.well-known/triboka-evidencia.json',
    id: 'clavesDeEvidencia',
    tag: 'Evidencia',
    summary: 'Las claves públicas con que se firman las raíces, con sus fechas, y la última raíz',
    isPublic: true,
    answers: { 200: { description: 'Las claves.', body: ClavesSchema } },
    problems: [429],
  },
]
