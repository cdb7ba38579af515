import * as v from 'valibot'
import { FechaHoraSchema, IdSchema, NumeroSchema } from '../http/answer-schemas.ts'
import { decimal, FechaSchema, texto } from '../http/schemas.ts'

/** POST /contratos/{id}/fijaciones. */
export const NuevaFijacionSchema = v.strictObject({
  tm: v.pipe(
    decimal({ mayorQue: 0, hasta: 1_000_000, decimales: 4 }),
    v.description('Toneladas métricas que se fijan.'),
  ),
  ny: v.pipe(
    decimal({ mayorQue: 0, hasta: 1_000_000, decimales: 2 }),
    v.description('Nueva York, dólares por tonelada métrica.'),
  ),
  diferencial: v.pipe(
    decimal({ desde: -1_000_000, hasta: 1_000_000, decimales: 2 }),
    v.description('Sobre Nueva York, con su signo.'),
  ),
  fecha: v.nullish(v.pipe(FechaSchema, v.description('Si falta, hoy en Guayaquil.'))),
})

/** POST /contratos/{id}/fijaciones/{fijacion}/anular. */
export const AnulacionSchema = v.strictObject({ motivo: texto(500) })

/** A part of the price of a contract. */
export const FijacionSchema = v.strictObject({
  id: IdSchema,
  tm: NumeroSchema,
  ny: NumeroSchema,
  diferencial: NumeroSchema,
  precio_tm: v.pipe(NumeroSchema, v.description('Nueva York más el diferencial.')),
  fecha: v.pipe(v.string(), v.isoDate()),
  estado: v.picklist(['firme', 'por confirmar', 'anulada']),
  creado_por: v.nullable(v.pipe(v.string(), v.uuid())),
  empresa_id: v.pipe(v.nullable(IdSchema), v.description('La parte que fijó; null si no fue ninguna.')),
  creado_en: FechaHoraSchema,
  vence_en: v.pipe(
    v.nullable(FechaHoraSchema),
    v.description(
      'Hasta cuándo la confirma la otra parte; después se anula. Null si el contrato no lo pide.',
    ),
  ),
  confirmada_en: v.pipe(
    v.nullable(FechaHoraSchema),
    v.description('Desde cuándo cuenta en el precio; null mientras está por confirmar.'),
  ),
  confirmada_por: v.pipe(
    v.nullable(v.pipe(v.string(), v.uuid())),
    v.description('Quien la confirmó por la otra parte.'),
  ),
  motivo: v.pipe(v.nullable(v.string()), v.description('Por qué se anuló.')),
  anulada_en: v.nullable(FechaHoraSchema),
  anulada_por: v.nullable(v.pipe(v.string(), v.uuid())),
})

/** How far the price of a contract is fixed. */
export const FijacionContratoSchema = v.pipe(
  v.strictObject({
    tm_fijadas: NumeroSchema,
    tm_por_confirmar: v.pipe(
      NumeroSchema,
      v.description('De lo fijado, lo que la otra parte no ha confirmado.'),
    ),
    tm_abiertas: v.pipe(NumeroSchema, v.description('Lo contratado que no se ha fijado.')),
    precio_promedio: v.pipe(
      v.nullable(NumeroSchema),
      v.description('Σ(TM × (NY + diferencial)) / ΣTM, con centavos.'),
    ),
    lotes_cobertura: v.pipe(
      v.number(),
      v.integer(),
      v.description('Contratos de Nueva York, de 10 TM, que cubren lo abierto.'),
    ),
    tm_expuestas: v.pipe(NumeroSchema, v.description('Lo abierto que esos lotes no cubren.')),
  }),
  v.description('De un contrato por fijar; null en los demás y para quien no lo firma.'),
)

export const FijacionesSchema = v.strictObject({
  fijaciones: v.array(FijacionSchema),
  fijacion: v.nullable(FijacionContratoSchema),
})
