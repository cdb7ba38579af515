import {
  DocumentoSchema,
  FiltroDocumentosSchema,
  FormularioDocumentoSchema,
  MiniaturaSchema,
  PaginaDocumentosSchema,
} from '../documentos/schemas.ts'
import { ESCRITURA, FALLAS, type Operation } from '../http/operation.ts'
import { EdicionLoteSchema, LoteSchema, NuevoLoteSchema } from '../lotes/schemas.ts'
import {
  ContratoSchema,
  EdicionContratoSchema,
  FiltroContratosSchema,
  NuevoContratoSchema,
  PaginaContratosSchema,
  ReaperturaSchema,
} from './schemas.ts'

const VERSION = ['ETag'] as const
const CREADO = ['Location', 'ETag'] as const

/** Contracts, with their documents and lots. */
export const CONTRATOS: readonly Operation[] = [
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
    problems: ESCRITURA,
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
    problems: [...ESCRITURA, 404, 412],
  },
  {
    method: 'post',
    path: '/contratos/{id}/reabrir',
    id: 'reabrirContrato',
    tag: 'Contratos',
    summary: 'Reabre un contrato cerrado, diciendo por qué',
    description:
      'La exportadora del contrato, hasta siete días después de cerrarse; luego, un administrador. Queda escrito, con lo que se había exportado, en la conversación y para las dos partes.',
    body: { schema: ReaperturaSchema, type: 'application/json' },
    answers: {
      200: { description: 'El contrato, otra vez Activo.', body: ContratoSchema, headers: VERSION },
    },
    problems: [...ESCRITURA, 404],
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
    problems: [...ESCRITURA, 404],
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
    method: 'get',
    path: '/contratos/{id}/documentos/{documento}/miniatura',
    id: 'miniaturaDocumento',
    tag: 'Documentos',
    summary: 'Una foto, o la primera página de un PDF, en pequeño',
    description:
      'WebP para quien lo acepta (`Accept: image/webp`), JPEG para los demás; nunca más grande que el original. Lo que no se puede dibujar (XML, CSV, un archivo dañado) responde `sin_miniatura`.',
    query: MiniaturaSchema,
    headers: ['If-None-Match'],
    answers: {
      200: { description: 'La imagen.', body: 'binary', headers: VERSION },
      304: { description: 'Es la misma que ya tiene.', headers: VERSION },
    },
    problems: [400, ...FALLAS, 404, 422],
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
    problems: [...ESCRITURA, 404],
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
    problems: [...ESCRITURA, 404],
  },
]
