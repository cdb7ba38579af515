/** What does not hold. */
export interface Falla {
  /** `lote/12`, `evidencia/7`, `mensaje/30`. */
  objeto: string
  falla: (typeof FALLAS)[number]
  /** Columns that are not what the chain told; empty where it is the whole. */
  campos: string[]
}

export const FALLAS = [
  /** It is not what the chain told last. */
  'cambiada',
  /** The chain tells of it, and it is not there. */
  'falta',
  /** It is there, and no chain tells of it. */
  'sobra',
  /** Its salt was erased: what it said can be compared no more. */
  'sin sal',
  'no sigue a la anterior',
  'otra huella',
  /** What was signed of the chain is not what it says now. */
  'ancla',
  /** The bytes of a paper are not those whose hash was told. */
  'otros bytes',
  'sin archivo',
  /** Its bytes could not be read now: of them nothing was verified. */
  'sin leer',
  /** The time stamp of a root does not hold. */
  'sello',
] as const

const TABLAS: Record<string, string> = {
  contrato: 'contratos',
  participante: 'contratos_participantes',
  acuerdo: 'contratos_precios',
  lote: 'lotes_asociados',
  documento: 'documentos_contrato',
  fijacion: 'fijaciones',
  reapertura: 'contratos_reaperturas',
  version: 'contratos_versiones',
  enmienda: 'enmiendas',
  relacion: 'relaciones',
  mensaje: 'mensajes',
  empresa: 'empresas',
  usuario: 'usuarios',
  parametro: 'parametros',
  precio: 'precios_fob',
  centro: 'centros',
  productor: 'productores',
  operacion: 'operaciones',
  lote_grafo: 'lotes',
  producto: 'productos',
  consumo: 'consumos',
  perdida: 'perdidas',
  retencion: 'retenciones',
  ajuste: 'ajustes',
  evidencia: 'evidencias',
  raiz: 'evidencias_raices',
  sello: 'evidencias_sellos',
}

/** The table and the id that an object stands for; of a participant, the id is that of its company. */
export function filaDe(objeto: string): { tabla: string; id: string } {
  const at = objeto.indexOf('/')
  const kind = objeto.slice(0, at)
  return { tabla: TABLAS[kind] ?? kind, id: objeto.slice(at + 1) }
}

/** One is not proof of a fault: what was erased on purpose cannot be compared. */
export const esFalta = ({ falla }: Falla): boolean => falla !== 'sin sal'
