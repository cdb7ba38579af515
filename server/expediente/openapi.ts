import { FAILURES, json, type Operation, WRITE_FAILURES } from '../http/operation.ts'
import { PaginaSchema } from '../http/schemas.ts'
import {
  ArchivoProbadoSchema,
  ConsultaPaginaSchema,
  MuestraSchema,
  MuestrasSchema,
  NuevoTestigoSchema,
  PaginaTestigosSchema,
  TestigoNuevoSchema,
} from './schemas.ts'

/** The expediente of a contract, and its public page. */
export const EXPEDIENTE: readonly Operation[] = [
  {
    method: 'get',
    path: '/contratos/{id}/expediente',
    id: 'descargarExpediente',
    tag: 'Evidencia',
    summary: 'El expediente del contrato: un ZIP que se verifica sin nosotros',
    description:
      'Un bag (BagIt, RFC 8493) con los papeles, los términos, la conversación, la cadena de hechos y sus firmas, expediente.pdf y el programa que lo verifica. Solo para las dos partes que firman, porque lleva precios. Del mismo estado salen los mismos bytes; que se entregó queda en la cadena, y por eso no dentro de él.',
    headers: ['If-None-Match'],
    answers: {
      200: { description: 'El ZIP.', body: 'binary', headers: ['ETag', 'Content-Disposition'] },
      304: { description: 'Es el mismo que ya tiene.', headers: ['ETag'] },
    },
    problems: [...FAILURES, 404],
  },
  {
    method: 'get',
    path: '/contratos/{id}/testigos',
    id: 'listarTestigos',
    tag: 'Evidencia',
    summary: 'Las páginas públicas del expediente, y lo que muestran',
    query: PaginaSchema,
    answers: { 200: { description: 'Una página.', body: PaginaTestigosSchema } },
    problems: [400, ...FAILURES, 404],
  },
  {
    method: 'post',
    path: '/contratos/{id}/testigos',
    id: 'crearTestigo',
    tag: 'Evidencia',
    summary: 'Abre una página pública del expediente, con su QR',
    description:
      'Muestra que el expediente existe, su estado y sus fechas, y comprueba sellos y archivos. Lo demás, si las dos partes lo aceptan (`PUT /contratos/{id}/muestra`); un precio, nunca.',
    body: json(NuevoTestigoSchema),
    answers: { 201: { description: 'La dirección, que se dice esta vez.', body: TestigoNuevoSchema } },
    problems: [...WRITE_FAILURES, 404],
  },
  {
    method: 'delete',
    path: '/contratos/{id}/testigos/{testigo}',
    id: 'revocarTestigo',
    tag: 'Evidencia',
    summary: 'Cierra una página pública, para siempre; la hiciera quien la hiciera',
    answers: { 204: { description: 'Hecho.' } },
    problems: [...FAILURES, 404],
  },
  {
    method: 'put',
    path: '/contratos/{id}/muestra',
    id: 'elegirMuestra',
    tag: 'Evidencia',
    summary: 'Lo que la empresa de quien llama acepta que se publique',
    description: 'Se publica lo que aceptan las dos partes: cualquiera de ellas quita lo que quiera.',
    body: json(MuestraSchema),
    answers: { 200: { description: 'Lo que acepta cada una, y lo que se publica.', body: MuestrasSchema } },
    problems: [...WRITE_FAILURES, 404],
  },
  {
    method: 'get',
    path: '/v/{codigo}/{testigo}',
    id: 'verPaginaPublica',
    tag: 'Evidencia',
    summary: 'La página detrás del QR de un expediente',
    description:
      'Para cualquiera que tenga su dirección. Un testigo que no es, venció o fue revocado responde lo mismo.',
    isPublic: true,
    query: ConsultaPaginaSchema,
    answers: {
      200: { description: 'La página.', body: 'html' },
      404: { description: 'La misma página, vacía.', body: 'html' },
    },
    problems: [429, 503],
  },
  {
    method: 'get',
    path: '/v/{codigo}/{testigo}/h/{sha256}',
    id: 'probarArchivo',
    tag: 'Evidencia',
    summary: 'Si un archivo de esa huella es del contrato',
    isPublic: true,
    answers: { 200: { description: 'Sí o no.', body: ArchivoProbadoSchema } },
    problems: [404, 429, 503],
  },
]
