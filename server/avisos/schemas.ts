import * as v from 'valibot'
import { FechaHoraSchema, IdSchema } from '../http/answer-schemas.ts'
import { EntradaIdSchema } from '../http/schemas.ts'

/** What a person may be told of. */
export const TIPOS_DE_AVISO = [
  'contrato',
  'documento',
  'lote',
  'participante',
  'mensaje',
  'precio',
  'respaldo',
  'relacion',
] as const

const sin_leer = v.pipe(v.number(), v.integer(), v.minValue(0), v.description('100 son 100 o más.'))

/** POST /notificaciones/leidas. */
export const LeidasSchema = v.strictObject({
  ids: v.optional(
    v.pipe(
      v.array(EntradaIdSchema),
      v.minLength(1, 'Diga al menos una.'),
      v.maxLength(500, 'Admite 500 notificaciones.'),
      v.description('Las leídas; todas, si falta.'),
    ),
  ),
})
export const SinLeerSchema = v.strictObject({ sin_leer })

/** What others did on a contract, or what an administrator must see: a price that waits, a backup that failed. */
const NotificacionSchema = v.strictObject({
  id: IdSchema,
  tipo: v.picklist(TIPOS_DE_AVISO),
  texto: v.string(),
  contrato: v.pipe(
    v.nullable(v.string()),
    v.description('Código; null en un aviso de precio, de respaldo o de relación.'),
  ),
  datos: v.pipe(
    v.record(v.string(), v.unknown()),
    v.description('Qué cambió: documento_id, lote_id, pendiente_id, estado…'),
  ),
  cantidad: v.pipe(v.number(), v.integer(), v.minValue(1), v.description('Mensajes que junta.')),
  creado_en: FechaHoraSchema,
  actualizado_en: FechaHoraSchema,
  leida_en: v.nullable(FechaHoraSchema),
  orden: v.pipe(IdSchema, v.description('La última es la mayor.')),
})

export const PaginaNotificacionesSchema = v.strictObject({
  sin_leer,
  notificaciones: v.array(NotificacionSchema),
  siguiente: v.nullable(v.string()),
})

/** POST /dispositivos. */
export const NuevoDispositivoSchema = v.strictObject({
  token: v.pipe(
    v.string(),
    v.regex(/^[!-~]{1,4096}$/, 'Debe ser el token que dio Firebase.'),
    v.description('El que dio Firebase.'),
  ),
  plataforma: v.picklist(['android', 'ios', 'web'], 'Debe ser android, ios o web.'),
})

/** Where a person is told outside the app. */
export const DispositivoSchema = v.strictObject({
  id: IdSchema,
  plataforma: v.picklist(['android', 'ios', 'web']),
  creado_en: FechaHoraSchema,
  visto_en: FechaHoraSchema,
})
