// What is said wrongly of an operation is refused by the name of its field.
import { describe, expect, test } from 'vitest'
import { conCasa, type Pedido, registrar } from './grafo.ts'

describe('lo que está mal dicho se rechaza con su campo', () => {
  const malos: [string, string, Pedido | Record<string, unknown>, string, string][] = [
    ['sin tipo conocido', 'regalar', {}, 'tipo_de_operacion_invalido', 'tipo'],
    ['kilos con letras', 'recibir', { salidas: [{ kg: 'diez' }] }, 'kg_invalidos', 'salidas[0].kg'],
    ['kilos en cero', 'recibir', { salidas: [{ kg: 0 }] }, 'kg_invalidos', 'salidas[0].kg'],
    ['miligramos', 'recibir', { salidas: [{ kg: 1.0001 }] }, 'kg_invalidos', 'salidas[0].kg'],
    ['sin condición', 'recibir', { salidas: [{ kg: 1 }] }, 'condicion_invalida', 'salidas[0].condicion'],
    ['otra clave', 'recibir', { salidas: [{ kilos: 1 }] }, 'elemento_invalido', 'salidas[0]'],
    ['sin salidas', 'recibir', {}, 'salidas_de_mas_o_de_menos', 'salidas'],
    ['sin entradas', 'merma', {}, 'entradas_de_mas_o_de_menos', 'entradas'],
    ['una lista que no lo es', 'mezclar', { entradas: { lote: 'x' } }, 'lista_invalida', 'entradas'],
    [
      'humedad de 100',
      'recibir',
      { salidas: [{ kg: 1, humedad_pct: 100 }] },
      'humedad_invalida',
      'salidas[0].humedad_pct',
    ],
    [
      'grado invisible',
      'recibir',
      { salidas: [{ kg: 1, grado: '\u200b' }] },
      'nombre_invalido',
      'salidas[0].grado',
    ],
    [
      'un productor con letras',
      'recibir',
      { salidas: [{ kg: 1, productor_id: 'yo' }] },
      'productor_no_existe',
      'salidas[0].productor_id',
    ],
    [
      'otra causa',
      'merma',
      { perdidas: [{ causa: 'pereza', kg: 1 }] },
      'causa_invalida',
      'perdidas[0].causa',
    ],
  ]
  test.each(malos)('%s', (_caso, tipo, pedido, clave, campo) =>
    conCasa(async (db, { centro }) => {
      const dicho = tipo === 'recibir' ? { centro_id: centro, ...pedido } : pedido
      const error = await registrar(db.query, tipo, dicho as Pedido).catch((reason) => reason)
      expect([error.message, error.hint]).toEqual([clave, campo])
    }),
  )
})
