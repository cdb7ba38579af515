import * as v from 'valibot'
import { FechaHoraSchema, IdSchema, NumeroSchema } from '../../http/answer-schemas.ts'
import { enOrden, FechaSchema, FUERA_DE_ORDEN, paginacion } from '../../http/schemas.ts'
import { TIPOS } from '../calculadoras.ts'

const tipo = v.picklist(TIPOS, `Debe ser uno de: ${TIPOS.join(', ')}.`)
const fecha = v.pipe(v.string(), v.isoDate(), v.description('Día de los parámetros.'))

const ParametroSchema = v.strictObject({
  id: IdSchema,
  tipo: v.string(),
  variante: v.string(),
  valor: v.record(v.string(), v.unknown()),
  desde: v.pipe(v.string(), v.isoDate()),
  hasta: v.pipe(v.nullable(v.pipe(v.string(), v.isoDate())), v.description('Primer día en que ya no rige.')),
  propio: v.pipe(v.boolean(), v.description('De la empresa; si no, de todas.')),
})
const PasoSchema = v.strictObject({
  etiqueta: v.string(),
  formula: v.string(),
  valor: NumeroSchema,
  unidad: v.string(),
})
const pasos = v.pipe(v.array(PasoSchema), v.description('Cómo se llegó, línea por línea.'))
const parametros = v.pipe(v.array(ParametroSchema), v.description('Los que se usaron, con sus fechas.'))

/** What POST /calculadora/{tipo} answers; without `id`, nothing was kept. */
export const calculoDe = (cual: string, resultado: v.GenericSchema) =>
  v.strictObject({
    id: v.optional(v.pipe(IdSchema, v.description('Con él queda en el historial.'))),
    tipo: v.pipe(v.literal(cual), v.description('Qué calculadora es.')),
    fecha,
    resultado,
    pasos,
    parametros,
  })

/** GET /calculadora/historial: filters and page. */
export const FiltroCalculosSchema = v.pipe(
  v.strictObject({
    tipo: v.optional(tipo),
    desde: v.optional(v.pipe(FechaSchema, v.description('Hechos desde este día.'))),
    hasta: v.optional(v.pipe(FechaSchema, v.description('Hechos hasta este día inclusive.'))),
    ...paginacion,
  }),
  v.forward(
    v.check((filtro) => enOrden(filtro), FUERA_DE_ORDEN),
    ['hasta'],
  ),
)

const guardado = {
  id: IdSchema,
  tipo,
  fecha,
  resultado: v.pipe(v.record(v.string(), v.unknown()), v.description('El que se guardó.')),
  usuario_id: v.string(),
  usuario: v.pipe(v.nullable(v.string()), v.description('Nombre de quien lo hizo.')),
  creado_en: FechaHoraSchema,
}

export const PaginaCalculosSchema = v.strictObject({
  calculos: v.array(v.strictObject(guardado)),
  siguiente: v.nullable(v.string()),
})

/** GET /calculadora/historial/{calculo}. */
export const CalculoGuardadoSchema = v.strictObject({
  ...guardado,
  entrada: v.record(v.string(), v.unknown()),
  parametros,
  recalculado: v.pipe(
    v.nullable(v.strictObject({ resultado: v.record(v.string(), v.unknown()), pasos })),
    v.description('Con la misma entrada y los mismos parámetros; null, si con ellos no se puede.'),
  ),
  coincide: v.pipe(v.boolean(), v.description('Si da lo que se guardó, al centavo.')),
})
