import { createHash } from 'node:crypto'
import type { EventoEpcis } from './epcis-tipos.ts'

const CBV = 'https://ref.gs1.org/cbv/'

/** A word of the Core Business Vocabulary in full; what is a URI already stays. */
const enCbv = (clase: string, palabra: string) =>
  palabra.includes(':') ? palabra : `${CBV}${clase}-${palabra}`

/** The elements of a list, in the order of their bytes, after its name. */
const lista = (nombre: string, elementos: readonly string[] | undefined) =>
  elementos?.length ? nombre + [...elementos].sort(porBytes).join('') : ''

const porBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b))

const epcs = (nombre: string, lotes: readonly string[] | undefined) =>
  lista(
    nombre,
    lotes?.map((epc) => `epc=${epc}`),
  )

const cantidades = (nombre: string, elementos: EventoEpcis['quantityList']) =>
  lista(
    nombre,
    elementos?.map(
      ({ epcClass, quantity, uom }) => `quantityElementepcClass=${epcClass}quantity=${quantity}uom=${uom}`,
    ),
  )

const campo = (nombre: string, valor: string | undefined) => (valor === undefined ? '' : `${nombre}=${valor}`)

/**
 * What of an event is hashed, in the canonical order of its properties (CBV 2.0, section 8.9): neither its id nor
 * what declares it an error, so that both have the id of the same event.
 */
const canonica = (e: EventoEpcis) =>
  [
    campo('eventType', e.type),
    campo('eventTime', e.eventTime),
    campo('eventTimeZoneOffset', e.eventTimeZoneOffset),
    cantidades('quantityList', e.quantityList),
    epcs('inputEPCList', e.inputEPCList),
    cantidades('inputQuantityList', e.inputQuantityList),
    epcs('outputEPCList', e.outputEPCList),
    cantidades('outputQuantityList', e.outputQuantityList),
    campo('action', e.action),
    campo('bizStep', e.bizStep && enCbv('BizStep', e.bizStep)),
    campo('disposition', e.disposition && enCbv('Disp', e.disposition)),
    campo('readPointid', e.readPoint?.id),
    campo('bizLocationid', e.bizLocation?.id),
    lista(
      'bizTransactionList',
      e.bizTransactionList?.map(
        ({ type, bizTransaction }) => `type=${enCbv('BTT', type)}bizTransaction=${bizTransaction}`,
      ),
    ),
    lista(
      'sourceList',
      e.sourceList?.map(({ type, source }) => `type=${enCbv('SDT', type)}source=${source}`),
    ),
  ].join('')

/** The id of an event by its content: the same event, whoever writes it down, has the same. */
export const idDeEvento = (evento: EventoEpcis): string =>
  `ni:///sha-256;${createHash('sha256').update(canonica(evento)).digest('hex')}?ver=CBV2.0`
