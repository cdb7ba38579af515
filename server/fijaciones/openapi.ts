import { FAILURES, json, type Operation, WRITE_FAILURES } from '../http/operation.ts'
import { AnulacionSchema, FijacionesSchema, FijacionSchema, NuevaFijacionSchema } from './schemas.ts'

/** Prices that are fixed in parts. */
export const FIJACIONES: readonly Operation[] = [
  {
    method: 'get',
    path: '/contratos/{id}/fijaciones',
    id: 'verFijaciones',
    tag: 'Fijaciones',
    summary: 'Las fijaciones de un contrato, las anuladas también, y lo que queda abierto',
    description: 'Las ven las dos empresas que firman; un proveedor asociado recibe la lista vacía.',
    answers: { 200: { description: 'Las fijaciones.', body: FijacionesSchema } },
    problems: [...FAILURES, 404],
  },
  {
    method: 'post',
    path: '/contratos/{id}/fijaciones',
    id: 'fijar',
    tag: 'Fijaciones',
    summary: 'Fija el precio de una parte de un contrato por fijar',
    description:
      'Lo fijado nunca pasa del volumen; el precio del contrato es el promedio de sus fijaciones firmes. Si el contrato da días para confirmar, queda por confirmar hasta que la otra parte lo haga; después de esos días se anula.',
    body: json(NuevaFijacionSchema),
    headers: ['Idempotency-Key'],
    answers: { 201: { description: 'La fijación.', body: FijacionSchema } },
    problems: [...WRITE_FAILURES, 404],
  },
  {
    method: 'post',
    path: '/contratos/{id}/fijaciones/{fijacion}/anular',
    id: 'anularFijacion',
    tag: 'Fijaciones',
    summary: 'Anula una fijación: deja de contar y queda con su motivo',
    body: json(AnulacionSchema),
    answers: { 200: { description: 'La fijación anulada.', body: FijacionSchema } },
    problems: [...WRITE_FAILURES, 404],
  },
  {
    method: 'post',
    path: '/contratos/{id}/fijaciones/{fijacion}/confirmar',
    id: 'confirmarFijacion',
    tag: 'Fijaciones',
    summary: 'Confirma la fijación de la otra parte: desde entonces cuenta en el precio',
    description:
      'De un contrato con `dias_confirmacion`. Quien no está de acuerdo la anula, diciendo por qué.',
    answers: { 200: { description: 'La fijación, firme.', body: FijacionSchema } },
    problems: [...FAILURES, 404, 409],
  },
]
