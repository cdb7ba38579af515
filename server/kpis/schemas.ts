import * as v from 'valibot'
import { ESTADOS } from '../contratos/schemas.ts'
import { IdSchema, NumeroSchema } from '../http/answer-schemas.ts'
import { EntradaIdSchema, paginacion } from '../http/schemas.ts'
import { ESTADOS_LOTE } from '../lotes/schemas.ts'

const GRUPOS = ['mes', 'contraparte', 'calidad'] as const
const SITUACIONES = [
  'sobre tolerancia',
  'cerrado',
  'entregado',
  'atrasado',
  'por vencer',
  'en plazo',
] as const

const MesSchema = v.pipe(
  v.string(),
  v.regex(/^(199\d|20\d\d|2100)-(0[1-9]|1[0-2])$/, 'Debe ser un mes AAAA-MM.'),
  v.transform((mes) => `${mes}-01`),
)
const dias = v.optional(
  v.pipe(
    v.string(),
    v.regex(/^(\d|[1-9]\d|[12]\d\d|3[0-5]\d|36[0-5])$/, 'Debe ser un número de 0 a 365.'),
    v.description('Cuántos días antes de su entrega está un contrato por vencer.'),
  ),
  '15',
)
const empresa = v.optional(
  v.pipe(EntradaIdSchema, v.description('Solo administradores: de una empresa; si falta, de todas.')),
)

/** GET /kpis. */
export const FiltroKpisSchema = v.strictObject({
  desde: v.optional(v.pipe(MesSchema, v.description('Si falta, once meses antes del último.'))),
  hasta: v.optional(v.pipe(MesSchema, v.description('Inclusive; si falta, el mes en curso.'))),
  agrupar: v.optional(v.picklist(GRUPOS, `Debe ser uno de: ${GRUPOS.join(', ')}.`), 'mes'),
  dias,
  empresa,
})

/** GET /kpis/contratos. */
export const FiltroAvancesSchema = v.strictObject({
  situacion: v.optional(v.picklist(SITUACIONES, `Debe ser una de: ${SITUACIONES.join(', ')}.`)),
  estado: v.optional(v.picklist(ESTADOS, `Debe ser uno de: ${ESTADOS.join(', ')}.`)),
  dias,
  empresa,
  ...paginacion,
})

const medidas = {
  contratado_tm: v.pipe(
    NumeroSchema,
    v.description(
      'Volumen de los contratos que se entregan en el mes (o que se firmaron, sin fecha de entrega).',
    ),
  ),
  entregado_qq: NumeroSchema,
  entregado_tm: NumeroSchema,
  humedad_promedio: v.pipe(v.nullable(NumeroSchema), v.description('De lo entregado, pesada por su peso.')),
  merma_pct: v.pipe(
    v.nullable(NumeroSchema),
    v.description('De lo entregado: Σ(inicial − peso) / Σ inicial.'),
  ),
  vendido_tm: v.pipe(NumeroSchema, v.description('Exportado con precio.')),
  ventas_usd: v.pipe(NumeroSchema, v.description('Σ(TM exportadas × precio).')),
  sin_precio_tm: v.pipe(NumeroSchema, v.description('Exportado sin precio todavía.')),
  stock_qq: v.pipe(v.nullable(NumeroSchema), v.description('Ahora, sin exportar; null en un mes.')),
  stock_tm: v.nullable(NumeroSchema),
  abierta_tm: v.pipe(v.nullable(NumeroSchema), v.description('Ahora, por fijar; null en un mes.')),
}
const contratos = v.pipe(v.number(), v.integer())
const vencimiento = { contratos, pendiente_tm: NumeroSchema }

/** The indicators of a period. */
export const KpisSchema = v.strictObject({
  desde: v.string(),
  hasta: v.string(),
  agrupar: v.picklist(GRUPOS),
  empresa: v.nullable(IdSchema),
  stock: v.array(
    v.strictObject({
      estado: v.picklist(ESTADOS_LOTE),
      lotes: v.pipe(v.number(), v.integer()),
      qq: NumeroSchema,
      tm: NumeroSchema,
    }),
  ),
  contratos: v.strictObject({
    estados: v.array(v.strictObject({ estado: v.picklist(ESTADOS), contratos, tm: NumeroSchema })),
    borradores: v.strictObject({ contratos, tm: NumeroSchema }),
    por_vencer: v.strictObject({ dias: v.number(), ...vencimiento }),
    atrasados: v.strictObject(vencimiento),
  }),
  posicion_abierta: v.pipe(
    v.strictObject({ contratos, tm: NumeroSchema }),
    v.description(
      'Lo contratado por fijar que no se ha fijado, en los contratos que firma y siguen abiertos.',
    ),
  ),
  total: v.strictObject({ clave: v.literal(''), nombre: v.null(), ...medidas }),
  grupos: v.array(v.strictObject({ clave: v.string(), nombre: v.string(), ...medidas })),
  series: v.array(
    v.strictObject({
      nombre: v.string(),
      unidad: v.picklist(['TM', 'USD', '%']),
      puntos: v.array(v.tuple([v.string(), v.nullable(NumeroSchema)])),
    }),
  ),
})

/** How far a contract is. */
export const AvanceSchema = v.strictObject({
  codigo: v.string(),
  exportadora: v.string(),
  contraparte: v.string(),
  calidad: v.nullable(v.string()),
  estado: v.picklist(ESTADOS),
  situacion: v.picklist(SITUACIONES),
  fecha_entrega: v.nullable(v.pipe(v.string(), v.isoDate())),
  dias_atraso: v.pipe(
    v.nullable(v.pipe(v.number(), v.integer())),
    v.description('null si no está pendiente o no tiene fecha.'),
  ),
  contratado_tm: NumeroSchema,
  tolerancia_pct: NumeroSchema,
  entregado_tm: NumeroSchema,
  exportado_tm: NumeroSchema,
  pendiente_tm: NumeroSchema,
  avance_pct: NumeroSchema,
  sobre_tolerancia_tm: v.pipe(NumeroSchema, v.description('Lo entregado de más, pasada la tolerancia.')),
  lotes: v.pipe(v.number(), v.integer()),
  id: IdSchema,
})

export const PaginaAvancesSchema = v.strictObject({
  contratos: v.array(AvanceSchema),
  siguiente: v.nullable(v.string()),
})
