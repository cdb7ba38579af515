import * as v from 'valibot'
import { IdSchema, NumeroSchema } from '../http/answer-schemas.ts'
import { FiltroKpisSchema } from './schemas.ts'

const { desde, hasta, empresa } = FiltroKpisSchema.entries

/** GET /kpis/produccion. */
export const FiltroProduccionSchema = v.strictObject({ desde, hasta, empresa })

const dicho = <S extends v.GenericSchema>(schema: S, dice: string) => v.pipe(schema, v.description(dice))
const kg = dicho(v.nullable(NumeroSchema), 'Kilos.')
const lotes = dicho(v.nullable(NumeroSchema), 'Cuántos lotes.')
const mes = dicho(v.string(), 'AAAA-MM.')
const meses = <E extends v.ObjectEntries>(entries: E) =>
  dicho(v.nullable(v.array(v.strictObject({ mes, ...entries }))), 'Mes por mes.')

const rendimiento = {
  operaciones: dicho(v.nullable(NumeroSchema), 'Cuántas.'),
  entra_kg: dicho(v.nullable(NumeroSchema), 'Lo que tomaron.'),
  sale_kg: dicho(v.nullable(NumeroSchema), 'Lo que hicieron.'),
  factor: dicho(v.nullable(NumeroSchema), 'sale_kg / entra_kg.'),
}
const proceso = v.nullable(v.strictObject({ ...rendimiento, meses: meses(rendimiento) }))
const movimiento = { lotes, kg }

/** What a company received, made, lost and shipped, and what it has. */
export const ProduccionSchema = v.strictObject({
  desde: dicho(v.string(), 'Primer mes.'),
  hasta: dicho(v.string(), 'Último mes, inclusive.'),
  empresa: dicho(v.nullable(IdSchema), 'De qué empresa; null, de todas.'),
  stock: dicho(
    v.array(
      v.strictObject({
        centro_id: v.nullable(IdSchema),
        centro: dicho(v.nullable(v.string()), 'Nombre del centro; null, en camino.'),
        condicion: v.string(),
        ...movimiento,
      }),
    ),
    'Lo que hay ahora, por centro y condición.',
  ),
  fermentacion: dicho(proceso, 'Rendimiento de fermentar.'),
  secado: dicho(proceso, 'Rendimiento de secar.'),
  perdidas: dicho(
    v.nullable(
      v.strictObject({
        kg,
        causas: dicho(v.array(v.strictObject({ causa: v.string(), kg })), 'Por causa.'),
        meses: meses({ kg }),
      }),
    ),
    'Lo que se perdió.',
  ),
  recepciones: dicho(
    v.nullable(
      v.strictObject({
        ...movimiento,
        meses: meses(movimiento),
        productores: dicho(
          v.nullable(
            v.array(
              v.strictObject({
                productor_id: v.nullable(IdSchema),
                productor: dicho(v.nullable(v.string()), 'Su nombre; null, de ninguno que se sepa.'),
                ...movimiento,
              }),
            ),
          ),
          'Los 500 que más entregaron; null para un administrador.',
        ),
      }),
    ),
    'Lo que se recibió.',
  ),
  embarques: dicho(
    v.nullable(v.strictObject({ ...movimiento, meses: meses(movimiento) })),
    'Lo que se embarcó.',
  ),
})
