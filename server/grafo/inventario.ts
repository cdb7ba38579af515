import * as v from 'valibot'
import { IdSchema, NumeroSchema } from '../http/answer-schemas.ts'
import { CAUSAS, TIPOS } from './schemas.ts'

const kilos = (dice: string) => v.pipe(NumeroSchema, v.description(dice))

/** What a place had, what came, left and was lost, and what is there. */
export const InventarioSchema = v.strictObject({
  centro: v.pipe(
    v.nullable(
      v.strictObject({
        id: IdSchema,
        codigo: v.pipe(v.string(), v.description('Código del centro.')),
        nombre: v.pipe(v.string(), v.description('Nombre del centro.')),
      }),
    ),
    v.description('El centro; null, toda la empresa con lo que va en camino.'),
  ),
  desde: v.pipe(v.string(), v.isoDate(), v.description('Primer día.')),
  hasta: v.pipe(v.string(), v.isoDate(), v.description('Último día, incluido.')),
  inicial_kg: kilos('Lo que había al empezar el período.'),
  entradas: v.pipe(
    v.strictObject({
      recepcion: kilos('Recibido.'),
      traslado: kilos('Llegado de otro centro.'),
      operacion: kilos('Hecho en él.'),
      ajuste: kilos('Hallado de más en un conteo.'),
    }),
    v.description('Lo que entró, por cómo.'),
  ),
  salidas: v.pipe(
    v.strictObject({
      embarque: kilos('Embarcado.'),
      traslado: kilos('Enviado a otro centro.'),
      operacion: kilos('Tomado para hacer otros lotes.'),
    }),
    v.description('Lo que salió, por cómo.'),
  ),
  perdidas: v.pipe(v.record(v.picklist(CAUSAS), NumeroSchema), v.description('Kilos perdidos, por causa.')),
  perdidas_kg: kilos('La suma de lo perdido.'),
  final_kg: kilos('Lo que hay al terminar el período.'),
  diferencia_kg: kilos('Lo que no cuadra: 0.'),
  materia_seca: v.pipe(
    v.strictObject({
      completa: v.pipe(v.boolean(), v.description('Si de todo se midió la humedad.')),
      inicial_kg: kilos('La que había.'),
      recibida_kg: kilos('La que entró.'),
      enviada_kg: kilos('La que salió.'),
      perdida_kg: kilos('La que se perdió.'),
      final_kg: kilos('La que queda.'),
      por_operacion: v.pipe(
        v.array(
          v.strictObject({
            tipo: v.picklist(TIPOS),
            entra_kg: kilos('Lo que tomaron.'),
            sale_kg: kilos('Lo que hicieron, y lo perdido que se explica.'),
            perdida_kg: kilos('La diferencia.'),
          }),
        ),
        v.description('Por tipo de operación.'),
      ),
    }),
    v.description('El mismo balance, sin el agua.'),
  ),
})

/** The same as a table: a line for each figure. */
export function lineasDe(inventario: v.InferOutput<typeof InventarioSchema>) {
  const una = (concepto: string, kg: number) => [{ concepto, detalle: '', kg }]
  const varias = (concepto: string, figuras: Record<string, number | undefined>) =>
    Object.entries(figuras).map(([detalle, kg]) => ({ concepto, detalle, kg }))
  return [
    ...una('inicial', inventario.inicial_kg),
    ...varias('entradas', inventario.entradas),
    ...varias('salidas', inventario.salidas),
    ...varias('perdidas', inventario.perdidas),
    ...una('final', inventario.final_kg),
    ...una('diferencia', inventario.diferencia_kg),
  ]
}
