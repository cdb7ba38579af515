import {
  ContratoSchema,
  EdicionContratoSchema,
  FiltroContratosSchema,
  NuevoContratoSchema,
  PaginaContratosSchema,
} from '../schemas/contratos.ts'
import {
  FiltroMensajesSchema,
  LecturaGuardadaSchema,
  LecturaSchema,
  MensajeSchema,
  NuevoMensajeSchema,
  PaginaMensajesSchema,
} from '../schemas/conversacion.ts'
import {
  DocumentoSchema,
  FiltroDocumentosSchema,
  FormularioDocumentoSchema,
  PaginaDocumentosSchema,
} from '../schemas/documentos.ts'
import { EdicionLoteSchema, LoteSchema, NuevoLoteSchema } from '../schemas/lotes.ts'
import { SaludSchema, VivoSchema } from '../schemas/respuestas.ts'
import { NOTIFICACIONES } from './notificaciones.ts'
import { FALLAS, type Operation } from './operation.ts'
import { PARAMETROS } from './parametros.ts'
import { PERSONAS } from './personas.ts'
import { PRECIOS } from './precios.ts'

const VERSION = ['ETag'] as const
const CREADO = ['Location', 'ETag'] as const

/** Every endpoint, in the order of the page. */
export const OPERATIONS: readonly Operation[] = [
  {
    method: 'get',
    path: '/contratos',
    id: 'listarContratos',
    tag: 'Contratos',
    summary: 'Los contratos de los que la empresa es parte',
    description: 'Por páginas: pida la siguiente con el cursor de `siguiente` y el mismo orden.',
    query: FiltroContratosSchema,
    answers: { 200: { description: 'Una página.', body: PaginaContratosSchema } },
    problems: [400, ...FALLAS],
  },
  {
    method: 'post',
    path: '/contratos',
    id: 'crearContrato',
    tag: 'Contratos',
    summary: 'Crea un contrato entre la empresa de quien llama y otra',
    body: { schema: NuevoContratoSchema, type: 'application/json' },
    headers: ['Idempotency-Key'],
    answers: { 201: { description: 'El contrato.', body: ContratoSchema, headers: CREADO } },
    problems: [400, ...FALLAS, 409, 413, 415, 422],
  },
  {
    method: 'get',
    path: '/contratos/{id}',
    id: 'verContrato',
    tag: 'Contratos',
    summary: 'Un contrato con sus documentos y sus lotes',
    headers: ['If-None-Match'],
    answers: {
      200: { description: 'El contrato.', body: ContratoSchema, headers: VERSION },
      304: { description: 'Es el mismo que ya tiene.', headers: VERSION },
    },
    problems: [...FALLAS, 404],
  },
  {
    method: 'put',
    path: '/contratos/{id}',
    id: 'editarContrato',
    tag: 'Contratos',
    summary: 'Cambia los campos que se envían',
    description:
      'Con `If-Match` (el ETag leído) o `actualizado_en` en el cuerpo, no pisa un cambio ajeno: responde 412.',
    body: { schema: EdicionContratoSchema, type: 'application/json' },
    headers: ['If-Match'],
    answers: { 200: { description: 'El contrato.', body: ContratoSchema, headers: VERSION } },
    problems: [400, ...FALLAS, 404, 409, 412, 413, 415, 422],
  },
  {
    method: 'delete',
    path: '/contratos/{id}',
    id: 'eliminarContrato',
    tag: 'Contratos',
    summary: 'Marca un contrato como eliminado: se oculta y se conserva (administradores)',
    answers: { 204: { description: 'Hecho.' } },
    problems: [...FALLAS, 404, 409],
  },
  {
    method: 'post',
    path: '/contratos/{id}/documento',
    id: 'subirDocumento',
    tag: 'Documentos',
    summary: 'Adjunta un documento',
    description:
      'El tipo del archivo se reconoce por su contenido. Los mismos bytes en el mismo contrato responden el documento que ya estaba (200). Los campos antes que el archivo: así se guarda mientras llega.',
    body: { schema: FormularioDocumentoSchema, type: 'multipart/form-data' },
    headers: ['Idempotency-Key'],
    answers: {
      201: { description: 'El documento.', body: DocumentoSchema, headers: ['Location'] },
      200: {
        description: 'El documento que ya tenía esos bytes.',
        body: DocumentoSchema,
        headers: ['Location'],
      },
    },
    problems: [400, ...FALLAS, 404, 409, 413, 415, 422],
  },
  {
    method: 'get',
    path: '/contratos/{id}/documentos',
    id: 'listarDocumentos',
    tag: 'Documentos',
    summary: 'Los documentos de un contrato, en el orden en que se subieron',
    query: FiltroDocumentosSchema,
    answers: { 200: { description: 'Una página.', body: PaginaDocumentosSchema } },
    problems: [400, ...FALLAS, 404],
  },
  {
    method: 'get',
    path: '/contratos/{id}/documentos/{documento}',
    id: 'descargarDocumento',
    tag: 'Documentos',
    summary: 'Descarga un documento, entero o por rangos',
    headers: ['Range', 'If-None-Match'],
    answers: {
      200: { description: 'El archivo.', body: 'binary', headers: ['ETag', 'Content-Disposition'] },
      206: { description: 'El rango pedido.', body: 'binary', headers: ['ETag', 'Content-Range'] },
      304: { description: 'Es el mismo que ya tiene.', headers: VERSION },
    },
    problems: [...FALLAS, 404, 416],
  },
  {
    method: 'post',
    path: '/contratos/{id}/lote',
    id: 'asociarLote',
    tag: 'Lotes',
    summary: 'Asocia un lote de cacao físico',
    body: { schema: NuevoLoteSchema, type: 'application/json' },
    headers: ['Idempotency-Key'],
    answers: { 201: { description: 'El lote.', body: LoteSchema, headers: ['Location'] } },
    problems: [400, ...FALLAS, 404, 409, 413, 415, 422],
  },
  {
    method: 'put',
    path: '/contratos/{id}/lotes/{lote}',
    id: 'editarLote',
    tag: 'Lotes',
    summary: 'Cambia peso, humedad o estado; el estado solo avanza',
    description: 'Cuando todos los lotes de un contrato quedan Exportados, el contrato se cierra.',
    body: { schema: EdicionLoteSchema, type: 'application/json' },
    answers: { 200: { description: 'El lote.', body: LoteSchema } },
    problems: [400, ...FALLAS, 404, 409, 413, 415, 422],
  },
  {
    method: 'get',
    path: '/contratos/{id}/mensajes',
    id: 'listarMensajes',
    tag: 'Mensajes',
    summary: 'La conversación del contrato, de lo más nuevo a lo más antiguo',
    query: FiltroMensajesSchema,
    answers: { 200: { description: 'Una página.', body: PaginaMensajesSchema } },
    problems: [400, ...FALLAS, 404],
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
    problems: [400, ...FALLAS, 404, 409, 413, 415, 422],
  },
  {
    method: 'put',
    path: '/contratos/{id}/lectura',
    id: 'marcarLectura',
    tag: 'Mensajes',
    summary: 'Guarda hasta dónde leyó quien llama; solo avanza',
    body: { schema: LecturaSchema, type: 'application/json' },
    answers: { 200: { description: 'Hasta dónde leyó.', body: LecturaGuardadaSchema } },
    problems: [400, ...FALLAS, 404, 409, 413, 415, 422],
  },
  ...NOTIFICACIONES,
  ...PERSONAS,
  ...PARAMETROS,
  ...PRECIOS,
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

/** Operations whose path matches, whatever the method. */
export function operationsAt(path: string): Operation[] {
  const [plain = ''] = path.replace(/^\/functions\/v1(?=\/)/, '').split(/[?#]/)
  const given = plain.replace(/\/$/, '').split('/')
  return OPERATIONS.filter((operation) => {
    const expected = operation.path.split('/')
    return (
      expected.length === given.length &&
      expected.every((part, i) => part.startsWith('{') || part === given[i])
    )
  })
}

/** The methods that a path admits, for `Allow`. */
export function allowedMethods(path: string): string[] {
  const methods = operationsAt(path).map(({ method }) => method.toUpperCase())
  return [...new Set([...(methods.length ? methods : ['GET']), 'OPTIONS'])]
}
