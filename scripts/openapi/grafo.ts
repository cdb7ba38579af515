import type { Cocina, Receta } from './receta.ts'

/** The instant that these examples happen at: the normaliser writes another in its place. */
const EN = '2026-01-20T09:30:00-05:00'

export const GRAFO: readonly Receta[] = [
  {
    id: 'registrarOperacion',
    quien: 'ana',
    ruta: '/operaciones',
    headers: { 'Idempotency-Key': 'recepcion-de-enero' },
    cuerpo: ({ visto }: Cocina) => ({
      tipo: 'recibir',
      centro_id: visto.centro,
      salidas: [{ kg: '3000.500', condicion: 'baba', humedad_pct: '57', certificaciones: ['Orgánico'] }],
      en: EN,
    }),
    async antes({ sql, visto }) {
      const [centro] = await sql(
        `insert into public.centros (empresa_id, codigo, nombre, tipo)
         select id, 'VIN', 'Acopio Vinces', 'acopio' from public.empresas where nombre = 'Agroarriba' returning id`,
      )
      visto.centro = Number(centro!.id)
    },
  },
  { id: 'listarOperaciones', quien: 'ana', ruta: '/operaciones?tipo=recibir&limite=1' },
  {
    id: 'verOperacion',
    quien: 'ana',
    ruta: ({ visto }) => `/operaciones/${visto.registrarOperacion.operacion.id}`,
  },
  { id: 'listarLotes', quien: 'ana', ruta: '/lotes?condicion=baba&con_saldo=true&limite=1' },
  { id: 'verLote', quien: 'ana', ruta: ({ visto }) => `/lotes/${visto.registrarOperacion.lotes[0].codigo}` },
  {
    id: 'verOrigen',
    quien: 'ana',
    ruta: ({ visto }) => `/lotes/${visto.registrarOperacion.lotes[0].codigo}/origen?detalle=true`,
  },
  {
    id: 'verDestino',
    quien: 'ana',
    ruta: ({ visto }) => `/lotes/${visto.registrarOperacion.lotes[0].codigo}/destino`,
  },
  {
    id: 'verInventario',
    quien: 'ana',
    ruta: ({ visto }) => `/inventario?centro=${visto.centro}&desde=2026-01-01&hasta=2026-01-31`,
  },
  { id: 'verProduccion', quien: 'ana', ruta: '/kpis/produccion?desde=2026-01&hasta=2026-01' },
  {
    id: 'retenerLote',
    quien: 'ana',
    ruta: ({ visto }) => `/lotes/${visto.verLote.codigo}/retencion`,
    cuerpo: { motivo: 'Olor a humo en dos sacos.' },
  },
  {
    id: 'levantarRetencion',
    quien: 'ana',
    ruta: ({ visto }) => `/lotes/${visto.verLote.codigo}/retencion`,
    cuerpo: { motivo: 'El catador no lo encontró.' },
  },
  {
    id: 'anularOperacion',
    quien: 'ana',
    ruta: ({ visto }) => `/operaciones/${visto.verOperacion.id}/anular`,
    cuerpo: { motivo: 'Se pesó con la tara de otro camión.' },
  },
]
