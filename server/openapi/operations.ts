import { NOTIFICACIONES } from '../avisos/openapi.ts'
import { CALCULADORA } from '../calculo/openapi.ts'
import { CONTRATOS, PROVEEDORES } from '../contratos/openapi.ts'
import { CONVERSACION } from '../conversacion/openapi.ts'
import { DOCUMENTOS } from '../documentos/openapi.ts'
import { ENMIENDAS } from '../enmiendas/openapi.ts'
import { EVIDENCIA } from '../evidencia/openapi.ts'
import { EXPEDIENTE } from '../expediente/openapi.ts'
import { FIJACIONES } from '../fijaciones/openapi.ts'
import { GRAFO } from '../grafo/openapi.ts'
import type { Operation } from '../http/operation.ts'
import { KPIS } from '../kpis/openapi.ts'
import { LOTES } from '../lotes/openapi.ts'
import { PARAMETROS } from '../parametros/openapi.ts'
import { PERSONAS } from '../personas/openapi.ts'
import { PRECIOS } from '../precios/openapi.ts'
import { RELACIONES } from '../relaciones/openapi.ts'
import { SALUD } from '../salud/openapi.ts'

/** Every endpoint, in the order of the page. */
export const OPERATIONS: readonly Operation[] = [
  ...CONTRATOS,
  ...ENMIENDAS,
  ...DOCUMENTOS,
  ...LOTES,
  ...GRAFO,
  ...CONVERSACION,
  ...CALCULADORA,
  ...FIJACIONES,
  ...EVIDENCIA,
  ...EXPEDIENTE,
  ...KPIS,
  ...NOTIFICACIONES,
  ...PROVEEDORES,
  ...RELACIONES,
  ...PERSONAS,
  ...PARAMETROS,
  ...PRECIOS,
  ...SALUD,
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
