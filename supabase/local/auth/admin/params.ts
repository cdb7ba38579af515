import * as v from 'valibot'
import { AuthError, validationFailed } from './errors.ts'

const text = v.nullish(v.string(), '')
const flag = v.nullish(v.boolean(), false)
const map = v.nullish(
  v.custom<Record<string, unknown>>((value) => typeof value === 'object' && !Array.isArray(value)),
)

export const UserParams = v.object({
  id: text,
  aud: text,
  role: text,
  email: text,
  phone: text,
  password: v.nullish(v.string()),
  password_hash: text,
  email_confirm: flag,
  phone_confirm: flag,
  user_metadata: map,
  app_metadata: map,
  ban_duration: text,
})

export type UserParams = v.InferOutput<typeof UserParams>

export const DeleteParams = v.object({ should_soft_delete: flag })

export const InviteParams = v.object({ email: text, data: map })

export const LinkParams = v.object({
  type: text,
  email: text,
  new_email: text,
  password: text,
  data: map,
  redirect_to: text,
})

export type LinkParams = v.InferOutput<typeof LinkParams>

export const FactorParams = v.object({ friendly_name: text, phone: text })

/**
 * What a body asks for; what the schema does not name is ignored, as GoTrue does.
 * @throws AuthError bad_json, naming the field and never its value.
 */
export function parseParams<Schema extends v.GenericSchema>(
  schema: Schema,
  body: Record<string, unknown>,
): v.InferOutput<Schema> {
  const result = v.safeParse(schema, body)
  if (result.success) return result.output
  const field = v.getDotPath(result.issues[0]) ?? 'body'
  throw new AuthError(400, 'bad_json', `Could not parse request body as JSON: ${field} is of the wrong type`)
}

const EMAIL =
  /^[a-z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/

/** The address in lower case. @throws AuthError validation_failed */
export function validEmail(value: string): string {
  const email = value.toLowerCase()
  if (!email) throw validationFailed('An email address is required')
  if (email.length > 255) throw validationFailed('An email address is too long')
  if (!EMAIL.test(email)) throw validationFailed('Unable to validate email address: invalid format')
  return email
}

/** The number in E.164 without its plus sign. @throws AuthError validation_failed */
export function validPhone(value: string): string {
  const phone = value.replace(/^\+/, '').replaceAll(' ', '')
  if (!/^[1-9]\d{1,14}$/.test(phone)) throw validationFailed('Invalid phone number format (E.164 required)')
  return phone
}

const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i
const NIL_UUID = '00000000-0000-0000-0000-000000000000'

export const isUuid = (id: string): boolean => UUID.test(id)

/** @throws AuthError validation_failed for an id that is no UUID or the nil one */
export function validNewId(id: string): string {
  if (!UUID.test(id)) throw validationFailed('ID must conform to the uuid v4 format')
  if (id === NIL_UUID) throw validationFailed('ID cannot be a nil uuid')
  return id.toLowerCase()
}

/** @throws AuthError validation_failed (404, as GoTrue) */
export function validPathId(id: string | undefined, name = 'user_id'): string {
  if (!id || !UUID.test(id)) throw new AuthError(404, 'validation_failed', `${name} must be an UUID`)
  return id.toLowerCase()
}
