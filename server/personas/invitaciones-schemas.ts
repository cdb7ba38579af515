import * as v from 'valibot'
import { FechaHoraSchema, IdSchema } from '../http/answer-schemas.ts'
import { EntradaIdSchema, esTexto, texto } from '../http/schemas.ts'
import { nombre, ROLES, rol, uuid } from './schemas.ts'

const email = v.pipe(
  texto(254),
  v.toLowerCase(),
  v.regex(/^[^@\s]+@[^@\s.]+(\.[^@\s.]+)+$/, 'Debe ser una dirección de correo.'),
)

/** POST /invitaciones. */
export const NuevaInvitacionSchema = v.strictObject({
  email,
  empresa_id: v.nullish(
    v.pipe(EntradaIdSchema, v.description('La propia, si falta; otra, un administrador.')),
  ),
  rol: v.nullish(v.pipe(rol, v.description('El tipo de la empresa, si falta.'))),
})

/** POST /invitaciones/aceptar. */
export const AceptacionSchema = v.strictObject({
  testigo: v.pipe(texto(200), v.description('El del enlace: /invitacion?testigo=…')),
  contrasena: v.nullish(
    v.pipe(
      v.string(),
      v.check(esTexto, 'Tiene caracteres que no se admiten.'),
      v.minLength(8, 'Debe tener 8 caracteres o más.'),
      v.maxBytes(72, 'Debe tener 72 bytes como máximo.'),
      v.description(
        'La que tendrá la cuenta. Hace falta sin sesión, o si la sesión no empezó con contraseña.',
      ),
    ),
  ),
  nombre: v.nullish(v.pipe(nombre, v.description('El de la persona; si falta, el que dio al registrarse.'))),
})

/** Without a session: what to sign in with, beside the password. */
export const AceptadaSchema = v.strictObject({ email: v.string() })

const invitacion = {
  id: IdSchema,
  email: v.string(),
  empresa_id: v.nullable(IdSchema),
  empresa: v.nullable(v.string()),
  rol: v.picklist(ROLES),
  invitado_por: v.nullable(uuid),
  creado_en: FechaHoraSchema,
  vence_en: FechaHoraSchema,
  estado: v.picklist(['abierta', 'aceptada', 'anulada', 'vencida']),
}

/** An invitation that was just made. */
export const InvitacionSchema = v.strictObject({
  ...invitacion,
  enviada: v.pipe(v.boolean(), v.description('Si salió por correo.')),
  enlace: v.optional(
    v.pipe(v.string(), v.description('Para entregarlo a mano, cuando no salió por correo.')),
  ),
})

export const PaginaInvitacionesSchema = v.strictObject({
  invitaciones: v.array(v.strictObject(invitacion)),
  siguiente: v.nullable(v.string()),
})
