import type { Name } from './types.ts'

/** What the cache's maps know a name by. */
export const keyOf = ({ schema, name }: Name): string => `${schema}.${name}`

export const isSameName = (a: Name, b: Name): boolean => a.name === b.name && a.schema === b.schema
