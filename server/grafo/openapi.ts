import { FAILURES, json, type Operation, WRITE_FAILURES } from '../http/operation.ts'
import {
  FiltroInventarioSchema,
  FiltroLotesSchema,
  FiltroOperacionesSchema,
  FiltroTrazaSchema,
} from './filtros.ts'
import { InventarioSchema } from './inventario.ts'
import {
  LoteDetalleSchema,
  OperacionSchema,
  PaginaLotesSchema,
  PaginaOperacionesSchema,
  RegistradaSchema,
} from './respuestas.ts'
import { DestinosSchema, OrigenesSchema } from './respuestas-trazas.ts'
import { AnulacionOperacionSchema, MotivoSchema, NuevaOperacionSchema } from './schemas.ts'

/** The graph of lots: what is done with cocoa from the farmer's sack to the container. */
export const GRAFO: readonly Operation[] = [
  {
    method: 'post',
    path: '/operaciones',
    id: 'registrarOperacion',
    tag: 'Trazabilidad',
    summary: 'Registra lo que se hizo con unos lotes: qué entra, qué sale y qué se pierde',
    description:
      'Lo que entra es lo que sale más lo que se pierde, al gramo. Cada salida es un lote nuevo, con su código; de los que entran queda lo que no se tomó. Puede contarse después de hecho (`en`). Con `id`, repetir la operación da la primera respuesta; con otro contenido, 409.',
    body: json(NuevaOperacionSchema),
    headers: ['Idempotency-Key'],
    answers: {
      201: {
        description: 'La operación, con los lotes que hizo.',
        body: RegistradaSchema,
        headers: ['Location'],
      },
    },
    problems: [...WRITE_FAILURES, 404],
  },
  {
    method: 'get',
    path: '/operaciones',
    id: 'listarOperaciones',
    tag: 'Trazabilidad',
    summary: 'Operaciones de la empresa, la última registrada primero',
    description:
      'Con `Accept: application/ld+json` (o `formato=epcis`), la página como eventos EPCIS 2.0 de GS1; la siguiente, en `Link`.',
    query: FiltroOperacionesSchema,
    answers: { 200: { description: 'Una página.', body: PaginaOperacionesSchema, isEpcisToo: true } },
    problems: [400, ...FAILURES],
  },
  {
    method: 'get',
    path: '/operaciones/{operacion}',
    id: 'verOperacion',
    tag: 'Trazabilidad',
    summary: 'Una operación: lo que tomó, lo que hizo y lo que perdió',
    answers: { 200: { description: 'La operación.', body: OperacionSchema } },
    problems: [...FAILURES, 404],
  },
  {
    method: 'post',
    path: '/operaciones/{operacion}/anular',
    id: 'anularOperacion',
    tag: 'Trazabilidad',
    summary: 'Anula una operación: lo que tomó vuelve a sus lotes, y queda con su motivo',
    description: 'Solo si de los lotes que hizo nada se ha usado.',
    body: json(AnulacionOperacionSchema),
    headers: ['Idempotency-Key'],
    answers: { 201: { description: 'La operación que la anula.', body: RegistradaSchema } },
    problems: [...WRITE_FAILURES, 404],
  },
  {
    method: 'get',
    path: '/lotes',
    id: 'listarLotes',
    tag: 'Trazabilidad',
    summary: 'Lotes de la empresa y lo que queda de cada uno, el último registrado primero',
    description: 'Con `Accept: text/csv` (o `formato=csv`), la página como tabla; la siguiente, en `Link`.',
    query: FiltroLotesSchema,
    answers: { 200: { description: 'Una página.', body: PaginaLotesSchema, isCsvToo: true } },
    problems: [400, ...FAILURES],
  },
  {
    method: 'get',
    path: '/lotes/{lote}',
    id: 'verLote',
    tag: 'Trazabilidad',
    summary: 'Un lote: cómo salió, lo que queda de él, quién lo usó y qué lo retuvo',
    answers: { 200: { description: 'El lote.', body: LoteDetalleSchema } },
    problems: [...FAILURES, 404],
  },
  {
    method: 'post',
    path: '/lotes/{lote}/retencion',
    id: 'retenerLote',
    tag: 'Trazabilidad',
    summary: 'Retiene un lote: nadie lo consume hasta que se levante',
    body: json(MotivoSchema),
    answers: { 200: { description: 'El lote, retenido.', body: LoteDetalleSchema } },
    problems: [...WRITE_FAILURES, 404],
  },
  {
    method: 'delete',
    path: '/lotes/{lote}/retencion',
    id: 'levantarRetencion',
    tag: 'Trazabilidad',
    summary: 'Levanta la retención de un lote, diciendo por qué',
    body: json(MotivoSchema),
    answers: { 200: { description: 'El lote, como estaba.', body: LoteDetalleSchema } },
    problems: [...WRITE_FAILURES, 404],
  },
  {
    method: 'get',
    path: '/lotes/{lote}/origen',
    id: 'verOrigen',
    tag: 'Trazabilidad',
    summary: 'De dónde viene un lote: qué parte y cuántos kilos de cada lote recibido',
    description:
      'Exacto: las partes suman 1 y los kilos, los del lote; el último gramo, al mayor resto. También como `text/csv` y como eventos EPCIS 2.0 (`application/ld+json`).',
    query: FiltroTrazaSchema,
    answers: { 200: { description: 'Su origen.', body: OrigenesSchema, isCsvToo: true, isEpcisToo: true } },
    problems: [400, ...FAILURES, 404, 422],
  },
  {
    method: 'get',
    path: '/lotes/{lote}/destino',
    id: 'verDestino',
    tag: 'Trazabilidad',
    summary: 'Dónde está lo que fue de un lote: en existencias, embarcado o perdido',
    description: 'También como `text/csv` y como eventos EPCIS 2.0 (`application/ld+json`).',
    query: FiltroTrazaSchema,
    answers: { 200: { description: 'Su destino.', body: DestinosSchema, isCsvToo: true, isEpcisToo: true } },
    problems: [400, ...FAILURES, 404, 422],
  },
  {
    method: 'get',
    path: '/inventario',
    id: 'verInventario',
    tag: 'Trazabilidad',
    summary: 'Lo que un centro tenía, lo que llegó, salió y se perdió, y lo que hay',
    description:
      'Al gramo: inicial + entradas − salidas − pérdidas = final. También como `text/csv` y, sus operaciones, como eventos EPCIS 2.0 (`application/ld+json`).',
    query: FiltroInventarioSchema,
    answers: {
      200: { description: 'El inventario.', body: InventarioSchema, isCsvToo: true, isEpcisToo: true },
    },
    problems: [400, ...FAILURES, 404, 422],
  },
]
