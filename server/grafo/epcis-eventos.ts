import { idDeEvento } from './epcis-huella.ts'
import type { CantidadEpcis, EventoEpcis, OperacionExportada, Parte } from './epcis-tipos.ts'

/** Ecuador's, all the year round. The Galápagos, an hour behind, grow no cocoa. */
const ECUADOR = '-05:00'

/** The step of each operation that CBV has a word for; the others are told by a URI of ours. */
const PASOS: Record<string, string> = {
  recibir: 'receiving',
  mezclar: 'creating_class_instance',
  dividir: 'creating_class_instance',
  merma: 'destroying',
  ajuste_inventario: 'cycle_counting',
}

/**
 * The events of an operation. What is received begins (ADD), what is lost ends (DELETE), and what an operation makes of
 * other lots is a transformation; of a move or a shipment, which give the cocoa a new lot as well, the observation of
 * who let it go or took it follows. A voided operation is told twice: as it was, and the same event declared an error.
 * @param base of our URIs.
 */
export function eventosDe(operacion: OperacionExportada, base: string): EventoEpcis[] {
  const eventos = [...cambiosDe(operacion, base), ...pasosDe(operacion, base)].map((evento) => ({
    ...evento,
    eventID: idDeEvento(evento),
    recordTime: instante(operacion.creado_en),
  }))
  const { anulada_en } = operacion
  if (anulada_en === null) return eventos
  const errorDeclaration = { declarationTime: instante(anulada_en), reason: 'incorrect_data' as const }
  return [...eventos, ...eventos.map((evento) => ({ ...evento, errorDeclaration }))]
}

const instante = (en: string) => new Date(en).toISOString()

const cantidades = (partes: Parte[], base: string): CantidadEpcis[] =>
  partes.map(({ lote, kg }) => ({ epcClass: `${base}/lotes/${lote}`, quantity: kg, uom: 'KGM' }))

const comun = ({ en }: OperacionExportada) => ({
  eventTime: instante(en),
  eventTimeZoneOffset: ECUADOR,
})

const lugar = (centro: number | null, base: string) =>
  centro === null ? {} : { readPoint: { id: `${base}/centros/${centro}` } }

/** What an operation does to lots. */
function cambiosDe(operacion: OperacionExportada, base: string): EventoEpcis[] {
  const { tipo, consumos, productos, centro_id } = operacion
  const bizStep = PASOS[tipo] ?? `${base}/voc/${tipo}`
  if (consumos.length > 0 && productos.length > 0)
    return [
      {
        type: 'TransformationEvent',
        ...comun(operacion),
        inputQuantityList: cantidades(consumos, base),
        outputQuantityList: cantidades(productos, base),
        bizStep,
        disposition: 'in_progress',
        ...lugar(centro_id, base),
      },
    ]
  if (productos.length > 0) {
    const productores = [...new Set(productos.flatMap(({ productor_id }) => productor_id ?? []))]
    return [
      {
        type: 'ObjectEvent',
        ...comun(operacion),
        action: 'ADD',
        quantityList: cantidades(productos, base),
        bizStep,
        disposition: 'in_progress',
        ...lugar(centro_id, base),
        ...(centro_id !== null && { bizLocation: { id: `${base}/centros/${centro_id}` } }),
        ...(productores.length > 0 && {
          sourceList: productores.map((id) => ({
            type: 'possessing_party',
            source: `${base}/productores/${id}`,
          })),
        }),
      },
    ]
  }
  if (consumos.length === 0) return []
  return [
    {
      type: 'ObjectEvent',
      ...comun(operacion),
      action: 'DELETE',
      quantityList: cantidades(consumos, base),
      bizStep,
      ...(tipo === 'merma' && { disposition: 'destroyed' }),
      ...lugar(centro_id, base),
    },
  ]
}

/** Where the lots of a move or a shipment were seen on their way. */
function pasosDe(operacion: OperacionExportada, base: string): EventoEpcis[] {
  const { tipo, fase, productos, centro_id, destino_id, contrato } = operacion
  const observado = (bizStep: string, disposition: string, centro: number | null): EventoEpcis => ({
    type: 'ObjectEvent',
    ...comun(operacion),
    action: 'OBSERVE',
    quantityList: cantidades(productos, base),
    bizStep,
    disposition,
    ...lugar(centro, base),
  })
  if (productos.length === 0) return []
  if (tipo === 'embarcar')
    return [
      {
        ...observado('shipping', 'in_transit', centro_id),
        ...(contrato !== null && {
          bizTransactionList: [{ type: 'po', bizTransaction: `${base}/contratos/${contrato}` }],
        }),
      },
    ]
  if (tipo !== 'trasladar') return []
  return [
    ...(fase === 'llegada' ? [] : [observado('departing', 'in_transit', centro_id)]),
    ...(fase === 'salida'
      ? []
      : [
          {
            ...observado('arriving', 'in_progress', destino_id),
            ...(destino_id !== null && { bizLocation: { id: `${base}/centros/${destino_id}` } }),
          },
        ]),
  ]
}
