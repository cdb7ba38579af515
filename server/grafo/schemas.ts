import * as v from 'valibot'
import { UUID } from '../http/cursor.ts'
import { decimal, EntradaIdSchema, esInstante, texto } from '../http/schemas.ts'
import { CODIGO_DE_LOTE } from './lote.ts'

export const CONDICIONES = ['baba', 'escurrido', 'semiseco', 'seco', 'transformado'] as const
export const CAUSAS = [
  'agua',
  'exudado',
  'impurezas',
  'muestra',
  'derrame',
  'robo',
  'polvo',
  'sin_explicar',
] as const
/** What is registered; the other two, ajuste_inventario and anular, have operations of their own. */
const REGISTRABLES = [
  'recibir',
  'mezclar',
  'dividir',
  'fermentar',
  'secar',
  'clasificar',
  'transformar',
  'trasladar',
  'embarcar',
  'merma',
] as const
export const TIPOS = [...REGISTRABLES, 'ajuste_inventario', 'anular'] as const
export const FASES = ['salida', 'llegada'] as const

export const uno = (de: readonly string[]) => `Debe ser uno de: ${de.join(', ')}.`
const uuid = v.pipe(v.string(), v.regex(UUID, 'Debe ser un UUID.'))
const motivo = v.pipe(texto(500), v.description('Por qué, en 500 caracteres como máximo.'))
const kg = v.pipe(
  decimal({ mayorQue: 0, hasta: 1_000_000_000, decimales: 3 }),
  v.description('Kilos, al gramo.'),
)
const idNumerico = v.pipe(EntradaIdSchema, v.transform(Number))
export const condicion = v.picklist(CONDICIONES, uno(CONDICIONES))
export const nombreDeLote = v.pipe(
  v.string(),
  v.check(
    (valor) => UUID.test(valor) || CODIGO_DE_LOTE.test(valor),
    'Debe ser el id o el código de un lote.',
  ),
)

const entrada = v.strictObject({
  lote: v.pipe(nombreDeLote, v.description('Id o código de un lote propio.')),
  kg: v.nullish(v.pipe(kg, v.description('Si faltan, todo lo que queda de él.'))),
})

const salida = v.strictObject({
  kg: v.nullish(v.pipe(kg, v.description('De una sola salida pueden faltar: es lo que queda de las demás.'))),
  condicion: v.nullish(condicion),
  humedad_pct: v.nullish(
    v.pipe(
      decimal({ mayorQue: 0, menorQue: 100, decimales: 2 }),
      v.transform(Number),
      v.description('Humedad, por ciento.'),
    ),
  ),
  producto: v.nullish(v.pipe(texto(40), v.description('Si falta, el de las entradas; cacao al recibir.'))),
  variedad: v.nullish(texto(40)),
  grado: v.nullish(texto(20)),
  certificaciones: v.nullish(
    v.pipe(
      v.array(texto(40)),
      v.maxLength(20, 'Son 20 como máximo.'),
      v.description('Solo las que tienen todas las entradas, que son las que lleva si faltan.'),
    ),
  ),
  productor_id: v.nullish(v.pipe(idNumerico, v.description('De quién se recibe.'))),
  lote_externo: v.nullish(v.pipe(texto(80), v.description('Cómo llama a este lote quien lo entrega.'))),
})

const perdida = v.strictObject({ causa: v.picklist(CAUSAS, uno(CAUSAS)), kg })

const lista = <S extends v.GenericSchema>(de: S) =>
  v.optional(v.pipe(v.array(de), v.maxLength(1000, 'Son 1000 como máximo.')), [])

/** POST /operaciones. */
export const NuevaOperacionSchema = v.strictObject({
  tipo: v.picklist(REGISTRABLES, uno(REGISTRABLES)),
  entradas: lista(entrada),
  salidas: lista(salida),
  perdidas: lista(perdida),
  centro_id: v.nullish(
    v.pipe(EntradaIdSchema, v.description('Dónde; si entran lotes, el centro donde están.')),
  ),
  destino_id: v.nullish(v.pipe(EntradaIdSchema, v.description('A qué centro va lo que se traslada.'))),
  fase: v.nullish(
    v.pipe(
      v.picklist(FASES, uno(FASES)),
      v.description('De un traslado que se cuenta en dos veces: salida o llegada.'),
    ),
  ),
  contrato_id: v.nullish(v.pipe(EntradaIdSchema, v.description('El contrato que se recibe o se embarca.'))),
  en: v.nullish(
    v.pipe(
      v.string(),
      v.check(esInstante, 'Debe ser un instante: 2026-01-31T15:04:05-05:00.'),
      v.description('Cuándo pasó, si no es ahora.'),
    ),
  ),
  motivo: v.nullish(motivo),
  id: v.nullish(
    v.pipe(uuid, v.description('Si lo da quien llama, repetir la operación da la primera respuesta.')),
  ),
})

/** POST /operaciones/{operacion}/anular. */
export const AnulacionOperacionSchema = v.strictObject({
  motivo,
  id: v.nullish(v.pipe(uuid, v.description('De la anulación; la hace repetible.'))),
})

/** POST and DELETE /lotes/{lote}/retencion. */
export const MotivoSchema = v.strictObject({ motivo })
