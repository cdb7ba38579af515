import * as v from 'valibot'

/** An id of the database. */
export const IdSchema = v.pipe(v.number(), v.integer(), v.minValue(1))

/** A `numeric`, with the digits it was stored with: `60.0`. */
export const NumeroSchema = v.number()

/** An instant, ISO 8601 with offset. */
export const FechaHoraSchema = v.pipe(v.string(), v.isoTimestamp())

/** The answer to every error (RFC 9457). */
export const ProblemaSchema = v.pipe(
  v.strictObject({
    type: v.pipe(v.string(), v.description('urn:triboka:error:<clave>')),
    title: v.string(),
    status: v.pipe(v.number(), v.integer()),
    detail: v.pipe(v.string(), v.description('Qué pasó, para la persona.')),
    clave: v.pipe(v.string(), v.description('Qué pasó, para el programa: estable.')),
    errores: v.optional(v.array(v.strictObject({ campo: v.string(), mensaje: v.string() }))),
  }),
  v.description('Un error (application/problem+json, RFC 9457).'),
)
