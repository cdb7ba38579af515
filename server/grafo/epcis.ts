import { setImmediate as nextTurn } from 'node:timers/promises'
import { eventosDe } from './epcis-eventos.ts'
import type { CentroExportado, EventoEpcis, Exportacion, LoteExportado } from './epcis-tipos.ts'

/** The vocabulary that every reader of EPCIS 2.0 has. */
const CONTEXTO = 'https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld'

interface Vocabulario {
  type: string
  vocabularyElementList: { id: string; attributes: { id: string; attribute: string }[] }[]
}

/** An EPCIS 2.0 document (GS1, JSON-LD). */
export interface DocumentoEpcis {
  '@context': string[]
  type: 'EPCISDocument'
  schemaVersion: '2.0'
  creationDate: string
  epcisHeader: { epcisMasterData: { vocabularyList: Vocabulario[] } }
  epcisBody: { eventList: EventoEpcis[] }
}

// A few milliseconds of hashing.
const A_LA_VEZ = 200

const atributos = (base: string, campos: object) =>
  Object.entries(campos).flatMap(([campo, valor]) =>
    valor === null ? [] : [{ id: `${base}/voc/${campo}`, attribute: String(valor) }],
  )

/** A document without its events. */
const cabeza = (
  { lotes, centros }: Exportacion,
  base: string,
  ahora: Date,
): Omit<DocumentoEpcis, 'epcisBody'> => ({
  '@context': [CONTEXTO],
  type: 'EPCISDocument',
  schemaVersion: '2.0',
  creationDate: ahora.toISOString(),
  epcisHeader: {
    epcisMasterData: {
      vocabularyList: [
        vocabulario('EPCClass', `${base}/lotes/`, lotes, base),
        vocabulario('BusinessLocation', `${base}/centros/`, centros, base),
      ].filter(({ vocabularyElementList }) => vocabularyElementList.length > 0),
    },
  },
})

const vocabulario = (
  tipo: string,
  donde: string,
  cosas: (LoteExportado | CentroExportado)[],
  base: string,
): Vocabulario => ({
  type: `urn:epcglobal:epcis:vtype:${tipo}`,
  vocabularyElementList: cosas.map(({ id, ...campos }) => ({
    id: `${donde}${id}`,
    attributes: atributos(base, campos),
  })),
})

/**
 * Operations as an EPCIS 2.0 document, some events at a time, so that others are served between them. Lots are classes,
 * weighed in kilos; their code, condition and moisture are in the master data, because an event has no room for them.
 * @param base of our URIs: the address of the functions, without a slash at the end.
 * @param ahora when the document is made.
 */
export async function* textoEpcis(
  exportacion: Exportacion,
  base: string,
  ahora: Date,
): AsyncGenerator<string> {
  const documento = JSON.stringify(cabeza(exportacion, base, ahora))
  yield `${documento.slice(0, -1)},"epcisBody":{"eventList":[`
  const { operaciones } = exportacion
  let coma = ''
  for (let i = 0; i < operaciones.length; i += A_LA_VEZ) {
    await nextTurn()
    const eventos = operaciones.slice(i, i + A_LA_VEZ).flatMap((operacion) => eventosDe(operacion, base))
    yield coma + eventos.map((evento) => JSON.stringify(evento)).join(',')
    coma = ','
  }
  yield ']}}\n'
}
