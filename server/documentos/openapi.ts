import { FAILURES, type Operation, WRITE_FAILURES } from '../http/operation.ts'
import {
  DocumentoSchema,
  FiltroDocumentosSchema,
  FormularioDocumentoSchema,
  MiniaturaSchema,
  PaginaDocumentosSchema,
} from './schemas.ts'

const VERSION = ['ETag'] as const

/** The papers of a contract. */
export const DOCUMENTOS: readonly Operation[] = [
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
    problems: [...WRITE_FAILURES, 404],
  },
  {
    method: 'get',
    path: '/contratos/{id}/documentos',
    id: 'listarDocumentos',
    tag: 'Documentos',
    summary: 'Los documentos de un contrato, en el orden en que se subieron',
    query: FiltroDocumentosSchema,
    answers: { 200: { description: 'Una página.', body: PaginaDocumentosSchema } },
    problems: [400, ...FAILURES, 404],
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
    problems: [...FAILURES, 404, 416],
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
    problems: [400, ...FAILURES, 404, 422],
  },
]
