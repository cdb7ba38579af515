import { FAILURES, type Operation } from '../http/operation.ts'
import { FiltroProduccionSchema, ProduccionSchema } from './produccion.ts'
import { FiltroAvancesSchema, FiltroKpisSchema, KpisSchema, PaginaAvancesSchema } from './schemas.ts'

/** The numbers of a company. */
export const KPIS: readonly Operation[] = [
  {
    method: 'get',
    path: '/kpis',
    id: 'verKpis',
    tag: 'Indicadores',
    summary: 'Stock, entregas, ventas, humedad, merma, contratos y posición abierta',
    description:
      'Exactos al momento. Con `Accept: text/csv`, los grupos como tabla. Ventas y posición abierta son de los contratos que la empresa firma.',
    query: FiltroKpisSchema,
    answers: { 200: { description: 'Los indicadores.', body: KpisSchema, isCsvToo: true } },
    problems: [400, ...FAILURES, 422],
  },
  {
    method: 'get',
    path: '/kpis/contratos',
    id: 'listarAvances',
    tag: 'Indicadores',
    summary: 'El avance de cada contrato: entregado, pendiente, sobre la tolerancia y atraso',
    description: 'Con `Accept: text/csv`, la página como tabla; la siguiente, en `Link`.',
    query: FiltroAvancesSchema,
    answers: { 200: { description: 'Una página.', body: PaginaAvancesSchema, isCsvToo: true } },
    problems: [400, ...FAILURES],
  },
  {
    method: 'get',
    path: '/kpis/produccion',
    id: 'verProduccion',
    tag: 'Indicadores',
    summary: 'Existencias, rendimientos, pérdidas, recepciones y embarques del grafo de lotes',
    query: FiltroProduccionSchema,
    answers: { 200: { description: 'Los indicadores.', body: ProduccionSchema } },
    problems: [400, ...FAILURES, 422],
  },
]
