import { type ConversionConfig, toJsonSchema, toJsonSchemaDefs } from '@valibot/to-json-schema'
import { type GenericSchema, getDescription } from 'valibot'
import { NAMED } from './named.ts'

export type Json = Record<string, unknown>

/** What a schema says of itself, or what it wraps. */
const descriptionOf = (schema: GenericSchema): string | undefined =>
  getDescription(schema) ?? ('wrapped' in schema ? descriptionOf(schema.wrapped as GenericSchema) : undefined)

/** Also what is said of a field after it was made text of a number: what comes in means the same. */
function withDescriptions(jsonSchema: Json, entries: Record<string, GenericSchema>): Json {
  const properties = Object.entries(jsonSchema.properties as Record<string, Json>).map(([name, field]) => {
    const description = descriptionOf(entries[name]!)
    return [name, description === undefined ? field : { ...field, description }]
  })
  return { ...jsonSchema, properties: Object.fromEntries(properties) }
}

const CONFIG = {
  target: 'draft-2020-12',
  // What a caller writes: before trimming and turning numbers into text.
  typeMode: 'input',
  // Checks written as functions (a date of the calendar) have no JSON Schema; their messages say them.
  errorMode: 'ignore',
  overrideSchema: ({ valibotSchema, jsonSchema }) =>
    'entries' in valibotSchema
      ? withDescriptions(jsonSchema as Json, valibotSchema.entries as Record<string, GenericSchema>)
      : undefined,
  overrideRef: ({ referenceId }) => `#/components/schemas/${referenceId}`,
} satisfies ConversionConfig

const withoutDialect = ({ $schema: _, ...schema }: Json): Json => schema
/** A schema as JSON Schema, where it is used. */
export const inline = (schema: GenericSchema) => withoutDialect(toJsonSchema(schema, CONFIG) as Json)

/** The same, or the name that it has in the document. */
export function reference(schema: GenericSchema): Json {
  const name = Object.keys(NAMED).find((key) => NAMED[key] === schema)
  return name ? { $ref: `#/components/schemas/${name}` } : inline(schema)
}

/** The schemas that have a name. */
export const components = (): Record<string, Json> =>
  Object.fromEntries(
    Object.entries(toJsonSchemaDefs(NAMED, CONFIG) as Record<string, Json>).map(([name, schema]) => [
      name,
      withoutDialect(schema),
    ]),
  )
