import * as v from 'valibot'
import { FechaHoraSchema, IdSchema, NumeroSchema } from '../http/answer-schemas.ts'
import { CAUSAS, CONDICIONES, FASES, TIPOS } from './schemas.ts'

const uuid = v.pipe(v.string(), v.uuid())
const oNulo = <S extends v.GenericSchema>(schema: S) => v.nullable(schema)

const kilosDeLote = { lote: uuid, codigo: v.string(), kg: NumeroSchema }
const perdidas = v.array(v.strictObject({ causa: v.picklist(CAUSAS), kg: NumeroSchema }))

/** What a lot was when it came out: it does not change. */
const nacido = {
  id: uuid,
  codigo: v.string(),
  producto: v.string(),
  condicion: v.picklist(CONDICIONES),
  variedad: oNulo(v.string()),
  grado: oNulo(v.string()),
  certificaciones: v.array(v.string()),
  origen_conocido: v.boolean(),
  kg: NumeroSchema,
  humedad_pct: oNulo(NumeroSchema),
  centro_id: oNulo(IdSchema),
  productor_id: oNulo(IdSchema),
  lote_externo: oNulo(v.string()),
  embarcado: v.boolean(),
  operacion_id: uuid,
  creado_en: FechaHoraSchema,
}

/** A lot of the graph, and what is left of it. */
export const LoteGrafoSchema = v.strictObject({
  ...nacido,
  saldo_kg: NumeroSchema,
  retenido: v.boolean(),
  anulado: v.boolean(),
  en: FechaHoraSchema,
})

/** The same, with what was done with it. */
export const LoteDetalleSchema = v.strictObject({
  ...LoteGrafoSchema.entries,
  usos: v.array(
    v.strictObject({
      operacion: uuid,
      tipo: v.picklist(TIPOS),
      en: FechaHoraSchema,
      kg: NumeroSchema,
      anulada: v.boolean(),
    }),
  ),
  retenciones: v.array(
    v.strictObject({
      id: IdSchema,
      motivo: v.string(),
      retiro_id: oNulo(uuid),
      creada_por: oNulo(uuid),
      creada_en: FechaHoraSchema,
      levantada_por: oNulo(uuid),
      levantada_en: oNulo(FechaHoraSchema),
      levantada_motivo: oNulo(v.string()),
    }),
  ),
})

export const PaginaLotesSchema = v.strictObject({
  lotes: v.array(LoteGrafoSchema),
  siguiente: v.nullable(v.string()),
})

const hecho = {
  id: uuid,
  secuencia: IdSchema,
  tipo: v.picklist(TIPOS),
  en: FechaHoraSchema,
  fase: oNulo(v.picklist(FASES)),
  centro_id: oNulo(IdSchema),
  destino_id: oNulo(IdSchema),
  contrato_id: oNulo(IdSchema),
  esperado_kg: oNulo(NumeroSchema),
  veredicto: oNulo(v.picklist(['ok', 'aviso', 'alerta'])),
  motivo: oNulo(v.string()),
  anula: oNulo(uuid),
  usuario_id: oNulo(uuid),
  segundo_usuario_id: oNulo(uuid),
  creado_en: FechaHoraSchema,
}

/** An operation with what it took, gave and lost. */
export const OperacionSchema = v.strictObject({
  ...hecho,
  entradas: v.array(v.strictObject(kilosDeLote)),
  salidas: v.array(
    v.strictObject({
      ...kilosDeLote,
      condicion: v.picklist(CONDICIONES),
      humedad_pct: oNulo(NumeroSchema),
    }),
  ),
  perdidas,
  anulada_por: oNulo(uuid),
})

export const PaginaOperacionesSchema = v.strictObject({
  operaciones: v.array(OperacionSchema),
  siguiente: v.nullable(v.string()),
})

/** What an operation made, as public.registrar_operacion tells it. */
export const RegistradaSchema = v.object({
  operacion: v.object(hecho),
  entradas: v.array(v.object(kilosDeLote)),
  lotes: v.array(v.object(nacido)),
  perdidas,
})
