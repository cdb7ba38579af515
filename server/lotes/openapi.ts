import { type Operation, WRITE_FAILURES } from '../http/operation.ts'
import { EdicionLoteSchema, LoteSchema, NuevoLoteSchema } from './schemas.ts'

/** The physical lots of a contract. */
export const LOTES: readonly Operation[] = [
  {
    method: 'post',
    path: '/contratos/{id}/lote',
    id: 'asociarLote',
    tag: 'Lotes',
    summary: 'Asocia un lote de cacao físico, o promete kilos de uno del grafo',
    description:
      'Con `lote_id`, peso y humedad salen de ese lote si no se dicen, y sus operaciones lo mueven: no se edita a mano.',
    body: { schema: NuevoLoteSchema, type: 'application/json' },
    headers: ['Idempotency-Key'],
    answers: { 201: { description: 'El lote.', body: LoteSchema, headers: ['Location'] } },
    problems: [...WRITE_FAILURES, 404],
  },
  {
    method: 'put',
    path: '/contratos/{id}/lotes/{lote}',
    id: 'editarLote',
    tag: 'Lotes',
    summary: 'Cambia peso, humedad o estado; el estado solo avanza',
    description:
      'Cuando todos los lotes de un contrato quedan Exportados (y completan el volumen, si su `cierre` lo pide), el contrato se cierra.',
    body: { schema: EdicionLoteSchema, type: 'application/json' },
    answers: { 200: { description: 'El lote.', body: LoteSchema } },
    problems: [...WRITE_FAILURES, 404],
  },
]
