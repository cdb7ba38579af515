import * as v from 'valibot'
import { MAX_SIDE, type Transform } from '../../../../server/process/thumbnails/transform.ts'
import { invalidParameter } from '../errors.ts'

const whole = (min: number, max: number) =>
  v.pipe(
    v.union([v.number(), v.pipe(v.string(), v.regex(/^\d{1,5}$/), v.transform(Number))]),
    v.integer(),
    v.minValue(min),
    v.maxValue(max),
  )
const OptionsSchema = v.object({
  width: v.optional(whole(1, MAX_SIDE)),
  height: v.optional(whole(1, MAX_SIDE)),
  resize: v.optional(v.picklist(['cover', 'contain', 'fill']), 'cover'),
  quality: v.optional(whole(20, 100), 80),
  format: v.optional(v.picklist(['origin', 'avif'])),
})

/** What a client asks of an image, by query or in the body of a signed link. */
export type Options = v.InferOutput<typeof OptionsSchema>

/** @throws StorageError InvalidParameter naming what is wrong. */
export function readOptions(given: unknown): Options {
  const result = v.safeParse(OptionsSchema, given)
  if (result.success) return result.output
  const names = [...new Set(result.issues.map((issue) => v.getDotPath(issue) ?? 'transform'))]
  throw invalidParameter(
    `${names.join(', ')} is not valid: width and height are 1 to ${MAX_SIDE}, quality 20 to 100, resize cover, contain or fill, format origin or avif`,
  )
}

const ORIGINS: Record<string, Transform['format']> = {
  'image/png': 'png',
  'image/gif': 'png',
  'image/webp': 'webp',
  'image/avif': 'avif',
}

/** WebP for who accepts it, unless another format is asked for; otherwise that of the object, or JPEG. */
export function transformOf({ format, ...rest }: Options, type: string, accept: string | null): Transform {
  if (format === 'avif') return { ...rest, format }
  const acceptsWebp = format === undefined && /image\/webp/i.test(accept ?? '')
  return { ...rest, format: acceptsWebp ? 'webp' : (ORIGINS[type] ?? 'jpeg') }
}
