import type { Db, Speaker } from './support.ts'

/** Everybody who may try. */
export const TODOS = [
  'ana_agroarriba',
  'celia_centro',
  'pedro_finca',
  'rosa_rival',
  'raul_centro_rival',
  'paula_otra_finca',
  'ada_admin',
  'omar_apagado',
  'sin_perfil',
  'anonimo',
] as const satisfies Speaker[]

export const ACTIVOS = TODOS.filter((quien) => !['omar_apagado', 'sin_perfil', 'anonimo'].includes(quien))
// In the order of TODOS.
export const ADMIN: Speaker[] = ['ada_admin']
export const PARTES: Speaker[] = ['ana_agroarriba', 'celia_centro', 'pedro_finca', 'ada_admin']
// Who signs and works on it; suppliers associated to a contract do not sign.
export const FIRMANTES: Speaker[] = ['ana_agroarriba', 'celia_centro', 'ada_admin']
export const EDITORES: Speaker[] = ['ana_agroarriba', 'celia_centro', 'ada_admin']

export interface Verb {
  /** Who may; everybody else is refused, by an error or by touching no row. */
  pueden: Speaker[]
  sql: string
  params?: (db: Db) => unknown[]
  /** What must be there first, made by the system. */
  antes?: (db: Db, quien: Speaker) => Promise<void>
}
