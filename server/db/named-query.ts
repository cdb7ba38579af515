import type { Query } from './types.ts'

/** A query of many values, which are given by name. */
export interface NamedQuery<Name extends string> extends Query {
  /**
   * The query and its values, in the order of its parameters; `undefined` is null, and what no parameter names is left
   * out. An object without one of the names does not compile.
   */
  with<V extends object>(values: V & Record<Exclude<Name, keyof V>, unknown>): [Query, unknown[]]
}

/**
 * A query whose SQL names its parameters: Postgres is sent the same text and values as if they had been counted by hand.
 * @param names of the parameters, in their order.
 * @param text SQL, from the place of each: `p.fecha` is `$1`.
 */
export function namedQuery<const Name extends string>(
  name: string,
  names: readonly Name[],
  text: (p: Record<Name, `$${number}`>) => string,
): NamedQuery<Name> {
  const places = names.map((one, i) => [one, `$${i + 1}`])
  const query: Query = { name, text: text(Object.fromEntries(places)) }
  return {
    ...query,
    with: (values) => [query, names.map((one) => (values as Partial<Record<Name, unknown>>)[one])],
  }
}
