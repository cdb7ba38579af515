import * as v from 'valibot'
import { CIERRES, MODALIDADES, TERMINOS } from '../contratos/terminos.ts'
import { FechaHoraSchema, IdSchema } from '../http/answer-schemas.ts'
import { paginacion, texto } from '../http/schemas.ts'

/** POST /contratos/{id}/enmiendas. */
export const NuevaEnmiendaSchema = v.strictObject({
  cambios: v.pipe(
    v.strictObject(TERMINOS),
    v.check((cambios) => Object.keys(cambios).length > 0, 'Diga qué términos cambian, y a qué.'),
    v.description('Los términos que cambian, y a qué: {"volumen_tm": "250"}.'),
  ),
  nota: v.nullish(v.pipe(texto(500), v.description('Por qué se propone: la lee quien firma.'))),
})

/** POST /contratos/{id}/enmiendas/{enmienda}/rechazar. */
export const RechazoSchema = v.strictObject({ motivo: texto(500) })

const decimal = v.pipe(v.string(), v.regex(/^-?\d+(\.\d+)?$/), v.description('Decimal exacto, como texto.'))
const numero = v.nullable(decimal)
const terminos = {
  volumen_tm: decimal,
  precio_fijado_tm: numero,
  diferencial_tm: numero,
  modalidad_precio: v.picklist(MODALIDADES),
  calidad: v.nullable(v.string()),
  fecha_entrega: v.nullable(v.pipe(v.string(), v.isoDate())),
  tolerancia_pct: decimal,
  cierre: v.picklist(CIERRES),
  dias_confirmacion: v.pipe(v.number(), v.integer()),
}
export const CambiosSchema = v.partial(v.strictObject(terminos))

const persona = v.nullable(v.pipe(v.string(), v.uuid()))
const quien = {
  propuesta_por: persona,
  propuesta_empresa: v.nullable(IdSchema),
  propuesta_en: FechaHoraSchema,
}

/** A change of the terms that one side proposed. */
export const EnmiendaSchema = v.strictObject({
  n: v.pipe(v.number(), v.integer(), v.description('Número de la enmienda en su contrato.')),
  de_version: v.pipe(v.number(), v.integer()),
  cambios: CambiosSchema,
  nota: v.nullable(v.string()),
  estado: v.picklist(['propuesta', 'aceptada', 'rechazada', 'retirada', 'vencida']),
  ...quien,
  vence_en: v.pipe(FechaHoraSchema, v.description('Hasta cuándo se acepta.')),
  respondida_por: persona,
  respondida_empresa: v.nullable(IdSchema),
  respondida_en: v.nullable(FechaHoraSchema),
  motivo: v.pipe(v.nullable(v.string()), v.description('Por qué se rechazó.')),
})

const siguiente = v.pipe(
  v.nullable(v.string()),
  v.description('Cursor de la página siguiente; null en la última.'),
)
export const PaginaEnmiendasSchema = v.strictObject({ enmiendas: v.array(EnmiendaSchema), siguiente })

const numeroDeVersion = v.optional(
  v.pipe(v.string(), v.regex(/^[1-9]\d{0,8}$/, 'Debe ser el número de una versión.')),
)

/** GET /contratos/{id}/versiones: a page, or two versions to compare. */
export const FiltroVersionesSchema = v.pipe(
  v.strictObject({ ...paginacion, de: numeroDeVersion, a: numeroDeVersion }),
  v.forward(
    v.check(({ de, a }) => (de === undefined) === (a === undefined), 'Diga las dos versiones: de y a.'),
    ['a'],
  ),
)

/** The terms of a contract from a day on. */
export const VersionSchema = v.strictObject({
  n: v.pipe(v.number(), v.integer(), v.description('De 1 en adelante; la mayor es la vigente.')),
  terminos: v.strictObject(terminos),
  origen: v.picklist(['creacion', 'edicion', 'enmienda', 'sistema', 'migracion']),
  enmienda: v.pipe(v.nullable(v.pipe(v.number(), v.integer())), v.description('La que la trajo.')),
  ...quien,
  aceptada_por: persona,
  aceptada_empresa: v.nullable(IdSchema),
  aceptada_en: v.nullable(FechaHoraSchema),
})
export const PaginaVersionesSchema = v.strictObject({ versiones: v.array(VersionSchema), siguiente })

const valor = v.nullable(v.union([v.string(), v.pipe(v.number(), v.integer())]))
export const DiferenciaSchema = v.strictObject({
  de: v.pipe(v.number(), v.integer(), v.description('Número de la versión de antes.')),
  a: v.pipe(v.number(), v.integer(), v.description('Número de la versión de después.')),
  diferencias: v.array(v.strictObject({ campo: v.string(), antes: valor, despues: valor })),
})
