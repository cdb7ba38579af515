// Where the figures of the graph of lots come to their edge: a gram, more lost than there was, more than a lot may weigh,
// what nobody measured.
import { expect, test } from 'vitest'
import { conCasa, registrar } from './grafo.ts'

test.each([
  ['secar', 'semiseco', { kg: 900, humedad_pct: 7 }],
  ['fermentar', 'baba', { kg: 900 }],
] as const)('al %s no se pierde más de lo que entra, aunque se diga por qué', (tipo, condicion, salida) =>
  conCasa(async (_db, { recibir, refuse }) => {
    const { id } = await recibir(1000, { condicion, humedad_pct: 57 })
    const pedido = {
      ...{ entradas: [{ lote: id }], salidas: [salida], motivo: 'Se rompió un tendal' },
      perdidas: [{ causa: 'derrame', kg: 100.001 }],
    }
    await refuse(tipo, pedido, 'balance_no_cuadra', 'PT422', 'salidas')
  }),
)

test('de un gramo que se seca no se espera ninguno, y se dice por qué quedó uno', () =>
  conCasa(async (db, { recibir, refuse }) => {
    const { id } = await recibir(0.001, { condicion: 'semiseco', humedad_pct: 57 })
    const pedido = { entradas: [{ lote: id }], salidas: [{ kg: 0.001, humedad_pct: 7 }] }
    await refuse('secar', pedido, 'alerta_sin_motivo', 'PT422', 'motivo')
    const { operacion, perdidas } = await registrar(db.query, 'secar', { ...pedido, motivo: 'La muestra' })
    expect(operacion).toMatchObject({ esperado_kg: 0, veredicto: 'alerta' })
    expect(perdidas).toEqual([])
  }))

test('lo que se junta no pesa más que lo que un lote admite', () =>
  conCasa(async (_db, { recibir, refuse }) => {
    const entradas = [{ lote: (await recibir(1e9)).id }, { lote: (await recibir(0.001)).id }]
    await refuse('mezclar', { entradas }, 'kg_invalidos', 'PT422', 'salidas[0].kg')
  }))
