import { FAILURES, json, type Operation, WRITE_FAILURES } from '../http/operation.ts'
import { MotivoSchema } from '../relaciones/schemas.ts'
import { NuevosProveedoresSchema, ProveedoresSchema } from './proveedores.ts'
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

/** Contracts. */
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
    problems: [400, ...FAILURES],
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
    problems: WRITE_FAILURES,
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
    problems: [...FAILURES, 404],
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
    problems: [...WRITE_FAILURES, 404, 412],
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
    problems: [...WRITE_FAILURES, 404],
  },
  {
    method: 'post',
    path: '/contratos/{id}/aceptar',
    id: 'aceptarContrato',
    tag: 'Contratos',
    summary:
      'Acepta un contrato propuesto, o sus términos como están: con el sí de ambas partes queda Activo',
    description:
      'También acepta la relación con quien lo propuso. Quien quiere leer los términos antes acepta ' +
      'primero la relación; con `If-Match` (el ETag leído) acepta esos y no otros.',
    headers: ['If-Match'],
    answers: { 200: { description: 'El contrato.', body: ContratoSchema, headers: VERSION } },
    problems: [...FAILURES, 404, 409, 412],
  },
  {
    method: 'post',
    path: '/contratos/{id}/rechazar',
    id: 'rechazarContrato',
    tag: 'Contratos',
    summary: 'No acepta un contrato propuesto, o en revisión, diciendo por qué: queda sin efecto',
    body: { schema: MotivoSchema, type: 'application/json' },
    answers: { 204: { description: 'Hecho.' } },
    problems: [...WRITE_FAILURES, 404],
  },
  {
    method: 'post',
    path: '/contratos/{id}/retirar',
    id: 'retirarContrato',
    tag: 'Contratos',
    summary: 'Retira un contrato que la otra parte no ha aceptado',
    answers: { 200: { description: 'El contrato.', body: ContratoSchema, headers: VERSION } },
    problems: [...FAILURES, 404, 409],
  },
  {
    method: 'post',
    path: '/contratos/{id}/dejar',
    id: 'dejarContrato',
    tag: 'Contratos',
    summary: 'La empresa proveedora deja el contrato, si ningún lote con documentos suyos queda por exportar',
    answers: { 204: { description: 'Hecho.' } },
    problems: [...FAILURES, 404, 409],
  },
  {
    method: 'delete',
    path: '/contratos/{id}',
    id: 'eliminarContrato',
    tag: 'Contratos',
    summary: 'Marca un contrato como eliminado: se oculta y se conserva (administradores)',
    answers: { 204: { description: 'Hecho.' } },
    problems: [...FAILURES, 404, 409],
  },
]

/** The suppliers that are associated to a contract. */
export const PROVEEDORES: readonly Operation[] = [
  {
    method: 'post',
    path: '/contratos/{id}/proveedores',
    id: 'asociarProveedores',
    tag: 'Contratos',
    summary: 'Asocia empresas proveedoras al contrato, todas o ninguna',
    body: json(NuevosProveedoresSchema),
    answers: { 201: { description: 'Las asociadas.', body: ProveedoresSchema } },
    problems: [...WRITE_FAILURES, 404],
  },
  {
    method: 'delete',
    path: '/contratos/{id}/proveedores/{empresa}',
    id: 'retirarProveedor',
    tag: 'Contratos',
    summary: 'Retira una empresa proveedora; sus documentos quedan',
    answers: { 204: { description: 'Hecho.' } },
    problems: [...FAILURES, 404, 409],
  },
]
