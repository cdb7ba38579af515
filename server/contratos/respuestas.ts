import type { ByKey } from '../db/fragments.ts'

/**
 * What a company answers to a contract that it may not see yet: found by its id, or by the code that its list of
 * proposals shows. `clave` is the id.
 */
const porClave = (name: string, text: (clave: string) => string): ByKey => ({
  id: { name: `${name}_por_id`, text: text('$1::bigint') },
  codigo: { name: `${name}_por_codigo`, text: text('privado.contrato_por_responder($1::text)') },
})

/** $1 contract, $2 the version that was read or null: the company's yes. */
export const aceptarContrato = porClave(
  'aceptar_contrato',
  (clave) => `select from public.aceptar_contrato(${clave}, $2::timestamptz)`,
)

/** $1 contract, $2 why. */
export const rechazarContrato = porClave(
  'rechazar_contrato',
  (clave) => `select public.rechazar_contrato(${clave}, $2)`,
)

/** $1 contract: it is proposed no more. */
export const retirarContrato = porClave(
  'retirar_contrato',
  (clave) => `select from public.retirar_propuesta(${clave})`,
)

/** $1 contract: a supplier leaves it. */
export const dejarContrato = porClave('dejar_contrato', (clave) => `select public.dejar_contrato(${clave})`)
