/**
 * How the auth connection of lite reads and writes columns, for `postgresOptions.types`. Lite hands jsonb
 * over as JSON text already; its driver would encode that text once more, and store a JSON string that no
 * `->>` can look into. Its times are Postgres' (`2025-01-21 10:00:00+00`), which the Kotlin and Swift SDKs
 * do not read: they expect RFC 3339.
 */
export const authColumnTypes = {
  jsonb: {
    to: 3802,
    from: [3802],
    serialize: (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value)),
    parse: (text: string) => JSON.parse(text),
  },
  json: {
    to: 114,
    from: [114],
    serialize: (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value)),
    parse: (text: string) => JSON.parse(text),
  },
  timestamptz: {
    to: 1184,
    from: [1184],
    serialize: String,
    parse: (text: string) => text.replace(' ', 'T').replace(/\+00$/, 'Z'),
  },
}
