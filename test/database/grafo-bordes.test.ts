// Where the figures of the graph of lots come to their edge: a gram, more lost than there was, more than a lot may weigh,
// what nobody measured.
import { expect, test } from 'vitest'
import { conCasa, nuevoCentro, nuevoProductor, type Respuesta, registrar } from './grafo.ts'
import { withUserDb } from './support.ts'

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

test('lo que se contó en camino llega adonde iba', () =>
  conCasa(async (db, { recibir }) => {
    const destino_id = await nuevoCentro(db.query, 'PTO', 'puerto')
    const entradas = [{ lote: (await recibir(100)).id }]
    const salida = await registrar(db.query, 'trasladar', { entradas, destino_id, fase: 'salida' })
    const [ajuste] = await db.query('select public.proponer_ajuste($1, $2, $3) as id', [
      ...[salida.lotes[0]!.id, 98, 'Se pesó en la garita'],
    ])
    await db.como('ada_admin')
    const [fila] = await db.query('select public.confirmar_ajuste($1) as hecha', [ajuste!.id])
    await db.como('ana_agroarriba')
    const contado = (fila!.hecha as Respuesta).lotes[0]!
    expect(contado).toMatchObject({ kg: 98, centro_id: null })
    const llegada = await registrar(db.query, 'trasladar', {
      ...{ entradas: [{ lote: contado.id }], fase: 'llegada' },
    })
    expect(llegada.lotes).toMatchObject([{ kg: 98, centro_id: Number(destino_id) }])
  }))

test('lo que se cuenta no es anterior a su lote, aunque lo registrara un reloj adelantado', () =>
  conCasa(async (db, { recibir }) => {
    const en = new Date(Date.now() + 4 * 60_000).toISOString()
    const lote = await recibir(100, {}, { en })
    const [ajuste] = await db.query('select public.proponer_ajuste($1, $2, $3) as id', [
      lote.id,
      98,
      'Conteo',
    ])
    await db.como('ada_admin')
    const [fila] = await db.query('select public.confirmar_ajuste($1) as hecha', [ajuste!.id])
    expect(Date.parse((fila!.hecha as Respuesta).operacion.en)).toBe(Date.parse(en))
  }))

test('lo húmedo sin medir de lo que no hay rendimiento se recibe, y pesa en el año lo que pesó', () =>
  conCasa(async (db, { recibir, refuse }) => {
    const productor = await nuevoProductor(db.query, 2)
    const { centro_id } = await recibir(1)
    const { lotes, avisos } = await registrar(db.query, 'recibir', {
      ...{ centro_id: String(centro_id), en: '2026-05-01T12:00:00Z' },
      salidas: [{ kg: 5000, condicion: 'semiseco', productor_id: Number(productor) }],
    })
    expect(avisos).toMatchObject([{ clave: 'volumen_inverosimil', volumen: { kg_seco: 5000 } }])
    const secar = { entradas: [{ lote: lotes[0]!.id }], salidas: [{ kg: 4000, humedad_pct: 7 }] }
    await refuse('secar', secar, 'humedad_sin_decir', 'PT422', 'entradas[0].lote')
  }))

test('dos certificaciones no son, para la evidencia, una que lleva una barra', () =>
  withUserDb('ana_agroarriba', async (db) => {
    await db.como('sistema')
    const vistas = new Set<unknown>()
    for (const certificaciones of [['A|B'], ['A', 'B'], ['A\\', 'B'], ['A\\|B'], ['A', '|B']]) {
      const [fila] = await db.query(
        'select privado.fila_lote_grafo(jsonb_populate_record(null::public.lotes, $1)) as fila',
        [{ certificaciones }],
      )
      vistas.add(fila!.fila)
    }
    expect(vistas.size).toBe(5)
  }))
