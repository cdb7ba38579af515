import * as v from 'valibot'
import { FechaHoraSchema, IdSchema, NumeroSchema } from '../http/answer-schemas.ts'
import { CAUSAS, CONDICIONES, FASES, TIPOS } from './schemas.ts'

const uuid = v.pipe(v.string(), v.uuid())
const kilosDeLote = v.strictObject({ lote: uuid, codigo: v.string(), kg: NumeroSchema })
const parte = v.pipe(NumeroSchema, v.description('De 0 a 1, con 12 decimales; todas suman 1.'))
const kg_origen = v.pipe(NumeroSchema, v.description('Kilos del lote de origen que son estos.'))

/** A lot that came in, of which some is in the one asked about. */
export const OrigenSchema = v.strictObject({
  codigo: v.string(),
  clase: v.pipe(
    v.picklist(['recibido', 'sin origen', 'sin recorrer']),
    v.description('recibido; sin origen, lo que un conteo halló de más; sin recorrer, donde se cortó.'),
  ),
  parte,
  kg: NumeroSchema,
  kg_origen,
  kg_lote: v.pipe(NumeroSchema, v.description('Kilos con que ese lote salió.')),
  condicion: v.picklist(CONDICIONES),
  humedad_pct: v.nullable(NumeroSchema),
  certificaciones: v.array(v.string()),
  origen_conocido: v.boolean(),
  centro_id: v.nullable(IdSchema),
  productor_id: v.nullable(IdSchema),
  productor: v.pipe(
    v.nullable(v.string()),
    v.description('Nombre del productor; null si no se recibió de uno, o no es de su empresa.'),
  ),
  lote_externo: v.nullable(v.string()),
  lote: uuid,
  operacion: uuid,
  en: FechaHoraSchema,
})

/** Where some of a lot is. */
export const DestinoSchema = v.strictObject({
  codigo: v.nullable(v.string()),
  clase: v.pipe(
    v.picklist(['en existencias', 'embarcado', 'perdido', 'sin recorrer']),
    v.description('Qué fue de él.'),
  ),
  estado: v.pipe(
    v.picklist(['en centro', 'en tránsito', 'embarcado', 'perdido', 'sin recorrer', 'anulado']),
    v.description('Dónde está.'),
  ),
  parte,
  kg: NumeroSchema,
  kg_origen,
  saldo_kg: v.nullable(NumeroSchema),
  condicion: v.nullable(v.picklist(CONDICIONES)),
  centro_id: v.nullable(IdSchema),
  contrato: v.pipe(v.nullable(v.string()), v.description('Código del contrato al que se embarcó.')),
  lote: v.nullable(uuid),
  operacion: uuid,
  tipo: v.picklist(TIPOS),
  en: FechaHoraSchema,
})

const traza = {
  lote: v.pipe(
    v.strictObject({
      id: uuid,
      codigo: v.string(),
      kg: NumeroSchema,
      condicion: v.picklist(CONDICIONES),
      humedad_pct: v.nullable(NumeroSchema),
      embarcado: v.boolean(),
      anulado: v.boolean(),
    }),
    v.description('El lote por el que se pregunta.'),
  ),
  truncado: v.pipe(
    v.boolean(),
    v.description('Si el recorrido se cortó: pasa de 64 operaciones de hondo o de 10 000 filas.'),
  ),
  operaciones: v.optional(
    v.pipe(
      v.array(
        v.strictObject({
          operacion: uuid,
          tipo: v.picklist(TIPOS),
          en: FechaHoraSchema,
          centro_id: v.nullable(IdSchema),
          destino_id: v.nullable(IdSchema),
          fase: v.nullable(v.picklist(FASES)),
          contrato: v.pipe(v.nullable(v.string()), v.description('Código del contrato.')),
          anulada: v.pipe(v.boolean(), v.description('Si fue anulada.')),
          entradas: v.pipe(v.array(kilosDeLote), v.description('De qué lotes tomó y cuánto.')),
          salidas: v.pipe(v.array(kilosDeLote), v.description('Los lotes que hizo.')),
          perdidas: v.pipe(
            v.array(v.strictObject({ causa: v.picklist(CAUSAS), kg: NumeroSchema })),
            v.description('Kilos que perdió, por causa.'),
          ),
        }),
      ),
      v.description('Con `detalle`, las operaciones por las que pasó, en su orden.'),
    ),
  ),
}

export const OrigenesSchema = v.strictObject({
  ...traza,
  origenes: v.pipe(v.array(OrigenSchema), v.description('Los lotes recibidos de que está hecho.')),
})

export const DestinosSchema = v.strictObject({
  ...traza,
  destinos: v.pipe(v.array(DestinoSchema), v.description('Dónde está cada parte de él.')),
})
