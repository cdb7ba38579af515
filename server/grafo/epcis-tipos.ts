/** So many kilos of a lot; KGM is the kilogram of UN/CEFACT. */
export interface CantidadEpcis {
  epcClass: string
  quantity: number
  uom: 'KGM'
}

/** What we write of an EPCIS 2.0 event; instants are UTC, to the millisecond. */
export interface EventoEpcis {
  type: 'ObjectEvent' | 'TransformationEvent'
  eventTime: string
  eventTimeZoneOffset: string
  eventID?: string
  /** When the system was told of it. */
  recordTime?: string
  errorDeclaration?: { declarationTime: string; reason: 'did_not_occur' | 'incorrect_data' }
  action?: 'ADD' | 'OBSERVE' | 'DELETE'
  bizStep?: string
  disposition?: string
  readPoint?: { id: string }
  bizLocation?: { id: string }
  quantityList?: CantidadEpcis[]
  inputEPCList?: string[]
  inputQuantityList?: CantidadEpcis[]
  outputEPCList?: string[]
  outputQuantityList?: CantidadEpcis[]
  bizTransactionList?: { type: string; bizTransaction: string }[]
  sourceList?: { type: string; source: string }[]
}

/** Kilos of a lot in an operation. */
export interface Parte {
  lote: string
  kg: number
}

/** An operation of the graph, with all its edges, as it is exported. */
export interface OperacionExportada {
  id: string
  tipo: string
  /** The instant it happened, and the one it was told. */
  en: string
  creado_en: string
  fase: 'salida' | 'llegada' | null
  centro_id: number | null
  destino_id: number | null
  /** Code of the contract that a shipment serves. */
  contrato: string | null
  /** When it was voided; null while it counts. */
  anulada_en: string | null
  consumos: Parte[]
  productos: (Parte & { productor_id: number | null })[]
}

/** A lot that the operations name. */
export interface LoteExportado {
  id: string
  codigo: string
  producto: string
  condicion: string
  humedad_pct: number | null
}

/** A place that the operations name. */
export interface CentroExportado {
  id: number
  codigo: string
  nombre: string
}

/** What a document is made of. */
export interface Exportacion {
  operaciones: OperacionExportada[]
  lotes: LoteExportado[]
  centros: CentroExportado[]
}
