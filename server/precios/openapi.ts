import * as v from 'valibot'
import { FAILURES, json, type Operation, WRITE_FAILURES } from '../http/operation.ts'
import { PaginaSchema } from '../http/schemas.ts'
import {
  EdicionPrecioSchema,
  FiltroPreciosSchema,
  ImportacionSchema,
  InformeSchema,
  NuevoPrecioSchema,
  PaginaPendientesSchema,
  PaginaPreciosSchema,
  PrecioPendienteSchema,
  PrecioSchema,
} from './schemas.ts'

const CsvSchema = v.pipe(
  v.string(),
  v.description(
    'fecha;calidad;mercado;precio_tm;diferencial;fuente — mercado, diferencial y fuente pueden faltar.',
  ),
)

/** Prices per day, quality and market. */
export const PRECIOS: readonly Operation[] = [
  {
    method: 'get',
    path: '/precios-fob',
    id: 'listarPrecios',
    tag: 'Precios',
    summary: 'El último precio de cada calidad y mercado, el de un día, o una serie',
    description:
      'Sin `desde` ni `hasta`, el que rige hoy o en `fecha`: el último hasta ese día, el de todas y el propio. Con ellos, la serie, primero el último día.',
    query: FiltroPreciosSchema,
    answers: { 200: { description: 'Una página.', body: PaginaPreciosSchema } },
    problems: [400, ...FAILURES],
  },
  {
    method: 'post',
    path: '/precios-fob',
    id: 'crearPrecio',
    tag: 'Precios',
    summary: 'Un precio propio, que nadie más ve; el de un administrador es de todas',
    body: json(NuevoPrecioSchema),
    headers: ['Idempotency-Key'],
    answers: { 201: { description: 'El precio.', body: PrecioSchema, headers: ['Location'] } },
    problems: WRITE_FAILURES,
  },
  {
    method: 'post',
    path: '/precios-fob/importar',
    id: 'importarPrecios',
    tag: 'Precios',
    summary: 'Precios de un CSV, con lo que fue de cada línea',
    description:
      'Como lo guarda o copia una hoja de cálculo: UTF-8, UTF-16 o windows-1252; con encabezado; separado por `;` (decimales con coma), `,` (con punto) o tabuladores, o por lo que diga una primera línea `sep=`; fechas AAAA-MM-DD o dd/mm/aaaa; 5 MiB y 20 000 líneas como máximo; también como `archivo` de un formulario. Lo que sirve se guarda aunque otras líneas no sirvan; una fecha, calidad y mercado que ya estaba se actualiza.',
    query: ImportacionSchema,
    body: { schema: CsvSchema, type: 'text/csv' },
    headers: ['Idempotency-Key'],
    answers: { 200: { description: 'El informe, línea por línea.', body: InformeSchema } },
    problems: WRITE_FAILURES,
  },
  {
    method: 'put',
    path: '/precios-fob/{precio}',
    id: 'editarPrecio',
    tag: 'Precios',
    summary: 'Corrige un precio propio (un administrador, uno de todas)',
    body: json(EdicionPrecioSchema),
    answers: { 200: { description: 'El precio.', body: PrecioSchema } },
    problems: [...WRITE_FAILURES, 404],
  },
  {
    method: 'delete',
    path: '/precios-fob/{precio}',
    id: 'borrarPrecio',
    tag: 'Precios',
    summary: 'Quita un precio propio (un administrador, uno de todas)',
    answers: { 204: { description: 'Hecho.' } },
    problems: [...FAILURES, 404],
  },
  {
    method: 'get',
    path: '/precios-fob/pendientes',
    id: 'listarPreciosPendientes',
    tag: 'Precios',
    summary: 'Precios del día que saltaron demasiado (administradores)',
    query: PaginaSchema,
    answers: { 200: { description: 'Una página, primero el último.', body: PaginaPendientesSchema } },
    problems: [400, ...FAILURES],
  },
  {
    method: 'post',
    path: '/precios-fob/pendientes/{pendiente}/confirmar',
    id: 'confirmarPrecio',
    tag: 'Precios',
    summary: 'El precio pendiente rige para todas (administradores)',
    answers: { 200: { description: 'El precio pendiente.', body: PrecioPendienteSchema } },
    problems: [...FAILURES, 404, 409],
  },
  {
    method: 'post',
    path: '/precios-fob/pendientes/{pendiente}/rechazar',
    id: 'rechazarPrecio',
    tag: 'Precios',
    summary: 'El precio pendiente no se toma (administradores)',
    answers: { 200: { description: 'El precio pendiente.', body: PrecioPendienteSchema } },
    problems: [...FAILURES, 404, 409],
  },
]
