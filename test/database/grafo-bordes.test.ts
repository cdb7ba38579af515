// Where the figures of the graph of lots come to their edge: a gram, more lost than there was, more than a lot may weigh,
// what nobody measured.
import { expect, test } from 'vitest'
import { conCasa } from './grafo.ts'

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
