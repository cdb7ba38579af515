import type { Receta } from './receta.ts'

const pendiente = (fecha: string, precio_tm: number) => [fecha, precio_tm]

export const CIFRAS: readonly Receta[] = [
  { id: 'listarParametros', quien: 'ana', ruta: '/parametros?tipo=quintal&fecha=2026-01-15' },
  {
    id: 'crearParametro',
    quien: 'ana',
    ruta: '/parametros',
    headers: { 'Idempotency-Key': 'costo-2026' },
    cuerpo: { tipo: 'costo_qq', valor: { usd: 4.5 }, desde: '2026-06-01' },
  },
  {
    id: 'editarParametro',
    quien: 'ana',
    ruta: ({ visto }) => `/parametros/${visto.crearParametro.id}`,
    cuerpo: { valor: { usd: 4.75 } },
  },
  { id: 'borrarParametro', quien: 'ana', ruta: ({ visto }) => `/parametros/${visto.crearParametro.id}` },
  {
    id: 'crearPrecio',
    quien: 'ana',
    ruta: '/precios-fob',
    headers: { 'Idempotency-Key': 'precio-del-20' },
    cuerpo: { fecha: '2026-01-20', calidad: 'ASSS', precio_tm: 5860, diferencial: -700, fuente: 'ICE' },
  },
  { id: 'listarPrecios', quien: 'ana', ruta: '/precios-fob?calidad=ASSS&fecha=2026-01-21' },
  {
    id: 'editarPrecio',
    quien: 'ana',
    ruta: ({ visto }) => `/precios-fob/${visto.crearPrecio.id}`,
    cuerpo: { precio_tm: 5862 },
  },
  {
    id: 'importarPrecios',
    quien: 'ana',
    ruta: '/precios-fob/importar?simular=false',
    headers: { 'Idempotency-Key': 'precios-de-enero' },
    cuerpo:
      'fecha;calidad;mercado;precio_tm;diferencial;fuente\n2026-01-21;ASSS;NY;5910,00;-700;ICE\n2026-01-22;ASSS;NY;-1;-700;ICE\n',
  },
  { id: 'borrarPrecio', quien: 'ana', ruta: ({ visto }) => `/precios-fob/${visto.crearPrecio.id}` },
  {
    id: 'listarPreciosPendientes',
    quien: 'teresa',
    ruta: '/precios-fob/pendientes',
    // What the daily task leaves when a price jumps.
    async antes({ sql }) {
      for (const [fecha, precio] of [pendiente('2026-01-22', 7100), pendiente('2026-01-23', 7200)])
        await sql(
          `insert into public.precios_pendientes
             (fecha, calidad, mercado, precio_tm, diferencial, fuente, anterior_tm, anterior_fecha)
           values ($1, 'ASSS', 'NY', $2, -700, 'ICE', 5860, '2026-01-20')`,
          [fecha, precio],
        )
    },
  },
  {
    id: 'confirmarPrecio',
    quien: 'teresa',
    ruta: ({ visto }) =>
      `/precios-fob/pendientes/${visto.listarPreciosPendientes.pendientes[1].id}/confirmar`,
  },
  {
    id: 'rechazarPrecio',
    quien: 'teresa',
    ruta: ({ visto }) => `/precios-fob/pendientes/${visto.listarPreciosPendientes.pendientes[0].id}/rechazar`,
  },
  { id: 'salud', quien: null, ruta: '/salud' },
  { id: 'saludListo', quien: null, ruta: '/salud/listo' },
  { id: 'saludVivo', quien: null, ruta: '/salud/vivo' },
]
