import type { H3Event } from 'h3'
import type { InferOutput } from 'valibot'
import { readBodyAs } from '../http/input.ts'
import { renamingFields } from '../http/problem.ts'
import { NuevaOperacionSchema } from './schemas.ts'

/**
 * The body of POST /operaciones. A field of a list is told as the database tells it: `entradas[0].kg`.
 * @throws Problem of {@link readBodyAs}.
 */
export async function leerOperacion(event: H3Event): Promise<InferOutput<typeof NuevaOperacionSchema>> {
  try {
    return await readBodyAs(event, NuevaOperacionSchema)
  } catch (error) {
    throw renamingFields(error, (campo) => campo.replace(/\.(\d+)(?=\.|$)/g, '[$1]'))
  }
}
