const NOMBRES: Record<string, string> = {
  exportadora: 'Exportadora',
  contraparte: 'Contraparte',
  proveedor: 'Proveedor',
  estado: 'Estado',
  volumen_tm: 'Volumen (TM)',
  precio_fijado_tm: 'Precio (USD/TM)',
  diferencial_tm: 'Diferencial (USD/TM)',
  calidad: 'Calidad',
  fecha_entrega: 'Entrega hasta',
  tolerancia_pct: 'Tolerancia (%)',
  modalidad_precio: 'Modalidad del precio',
  cierre: 'Cómo se cierra',
  fecha_firma: 'Fecha de firma',
  observaciones: 'Observaciones',
  creado_en: 'Creado',
  cerrado_en: 'Cerrado',
  dias_confirmacion: 'Días para confirmar',
  creacion: 'Creación',
  edicion: 'Edición',
  migracion: 'Migración',
  guia_remision: 'Guía de remisión',
  certificado_calidad: 'Certificado de calidad',
  analisis: 'Análisis',
}

const instante = new Intl.DateTimeFormat('es-EC', {
  dateStyle: 'medium',
  timeStyle: 'short',
  timeZone: 'America/Guayaquil',
  hourCycle: 'h23',
})
/** A moment as people of Ecuador read it, wherever the server is. */
export const cuando = (en: string | null) => en && instante.format(new Date(en))

/** `guia_remision` → «Guía de remisión»; what has no name of its own, as it is written, with a capital. */
export function nombreDe(clave: string): string {
  const palabras = clave.replaceAll('_', ' ')
  return NOMBRES[clave] ?? palabras.charAt(0).toUpperCase() + palabras.slice(1)
}

/** `documento.verificado` → «Documento verificado». */
export const hechoEnPalabras = (tipo: string): string => nombreDe(tipo.replaceAll('.', ' '))
