import { GLOSARIO } from './glosario.ts'

type Json = Record<string, unknown>

/** What describing the fields of a document found out. */
export interface Words {
  /** Words of the glossary that a field took. */
  used: Set<string>
  /** Fields that nobody describes: `padre.campo`. */
  missing: string[]
}

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null

/** The description of the one thing that a field may be besides null. */
function within({ anyOf }: Json): unknown {
  const kinds = (Array.isArray(anyOf) ? anyOf : []).filter((kind) => kind.type !== 'null')
  return kinds.length === 1 ? kinds[0].description : undefined
}

function inGlossary(name: string, fathers: readonly string[], { used, missing }: Words): string | undefined {
  const word = [...fathers.map((father) => `${father}.${name}`), name].find((key) =>
    Object.hasOwn(GLOSARIO, key),
  )
  if (word) used.add(word)
  else missing.push(`${fathers[0]}.${name}`)
  return word && GLOSARIO[word]
}

/** The field of a schema, or a parameter, with a description: its own, or that of its name. */
export const described = <T extends Json>(
  name: string,
  field: T,
  fathers: readonly string[],
  words: Words,
): T => ({
  ...field,
  description: field.description ?? within(field) ?? inGlossary(name, fathers, words),
})

/**
 * A JSON Schema whose fields are all described.
 * @param fathers what holds it, the nearest first.
 */
export function describeFields(schema: unknown, fathers: readonly string[], words: Words): unknown {
  if (Array.isArray(schema)) return schema.map((one) => describeFields(one, fathers, words))
  if (!isObject(schema)) return schema
  const result: Json = { ...schema }
  for (const key of ['items', 'prefixItems', 'anyOf', 'oneOf', 'allOf', 'additionalProperties'])
    if (key in result) result[key] = describeFields(result[key], fathers, words)
  if (isObject(schema.properties))
    result.properties = Object.fromEntries(
      Object.entries(schema.properties).map(([name, field]) => [
        name,
        described(name, describeFields(field, [name, ...fathers], words) as Json, fathers, words),
      ]),
    )
  return result
}
