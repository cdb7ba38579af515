import type { Cocina, Receta } from './receta.ts'

/** The contract that these recipes make and work on. */
const suyo = ({ visto }: Cocina) => `/contratos/${visto.crearContrato.codigo}`
const factura = ({ visto }: Cocina) =>
  `/contratos/CT-2025-00014/documentos/${visto.listarDocumentos.documentos[0].id}`

/** A paper as a scanner makes it, of the same bytes at every run. */
const PDF = `%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj
trailer<</Root 1 0 R>>
%%EOF
`

export const CONTRATOS: readonly Receta[] = [
  { id: 'listarContratos', quien: 'ana', ruta: '/contratos?estado=Activo&limite=2' },
  {
    id: 'crearContrato',
    quien: 'ana',
    ruta: '/contratos',
    headers: { 'Idempotency-Key': 'contrato-de-enero' },
    cuerpo: {
      contraparte_id: 2,
      volumen_tm: 200,
      calidad: 'ASSS',
      modalidad_precio: 'por fijar',
      diferencial_tm: -700,
      fecha_firma: '2026-01-15',
      fecha_entrega: '2026-03-31',
      tolerancia_pct: 5,
      observaciones: 'Precio por fijar sobre ICE Nueva York.',
    },
  },
  { id: 'verContrato', quien: 'ana', ruta: '/contratos/CT-2025-00014' },
  { id: 'editarContrato', quien: 'ana', ruta: suyo, cuerpo: { volumen_tm: 220, calidad: 'ASE' } },
  {
    id: 'eliminarContrato',
    quien: 'teresa',
    ruta: ({ visto }) => `/contratos/${visto.otro.codigo}`,
    async antes({ pedir, visto }) {
      visto.otro = (await pedir('ana', 'POST', '/contratos', { contraparte_id: 2, volumen_tm: 10 })).cuerpo
    },
  },
  {
    id: 'reabrirContrato',
    quien: 'ana',
    ruta: ({ visto }) => `/contratos/${visto.cerrado.codigo}/reabrir`,
    async antes({ pedir, visto }) {
      visto.cerrado = (await pedir('ana', 'POST', '/contratos', { contraparte_id: 2, volumen_tm: 20 })).cuerpo
      const lotes = `/contratos/${visto.cerrado.codigo}`
      await pedir('ana', 'POST', `${lotes}/lote`, { codigo_lote: 'LT-0101', peso_qq: 220, humedad: 7 })
      await pedir('ana', 'PUT', `${lotes}/lotes/LT-0101`, { estado: 'Exportado' })
    },
    cuerpo: { motivo: 'Falta el segundo camión: el contrato se embarca en dos partes.' },
  },
  {
    id: 'asociarProveedores',
    quien: 'ana',
    ruta: (c) => `${suyo(c)}/proveedores`,
    cuerpo: { proveedores: [3] },
  },
  { id: 'retirarProveedor', quien: 'ana', ruta: (c) => `${suyo(c)}/proveedores/3` },
  {
    id: 'subirDocumento',
    quien: 'carlos',
    ruta: (c) => `${suyo(c)}/documento`,
    cuerpo: { tipo: 'factura', archivo: { nombre: 'FAC-002.pdf', contenido: PDF } },
  },
  { id: 'listarDocumentos', quien: 'ana', ruta: '/contratos/CT-2025-00014/documentos?tipo=factura' },
  { id: 'descargarDocumento', quien: 'ana', ruta: factura },
  {
    id: 'miniaturaDocumento',
    quien: 'ana',
    ruta: (c) => `${factura(c)}/miniatura?ancho=256`,
  },
  {
    id: 'asociarLote',
    quien: 'carlos',
    ruta: (c) => `${suyo(c)}/lote`,
    headers: { 'Idempotency-Key': 'camion-del-lunes' },
    cuerpo: { codigo_lote: 'LT-0001', peso_qq: 120, humedad: 7.5 },
  },
  {
    id: 'editarLote',
    quien: 'carlos',
    ruta: (c) => `${suyo(c)}/lotes/LT-0001`,
    cuerpo: { estado: 'Recibido', peso_qq: 119.2, humedad: 7.2 },
  },
  {
    id: 'escribirMensaje',
    quien: 'carlos',
    ruta: (c) => `${suyo(c)}/mensajes`,
    headers: { 'Idempotency-Key': 'mensaje-1' },
    cuerpo: { texto: 'Llegó el camión.', lote: 'LT-0001' },
  },
  { id: 'listarMensajes', quien: 'ana', ruta: (c) => `${suyo(c)}/mensajes?limite=2` },
  {
    id: 'marcarLectura',
    quien: 'ana',
    ruta: (c) => `${suyo(c)}/lectura`,
    cuerpo: ({ visto }: Cocina) => ({ hasta: visto.escribirMensaje.id }),
  },
  {
    id: 'fijar',
    quien: 'ana',
    ruta: (c) => `${suyo(c)}/fijaciones`,
    headers: { 'Idempotency-Key': 'fijacion-1' },
    cuerpo: { tm: 50, ny: 5860, diferencial: -700, fecha: '2026-01-20' },
  },
  { id: 'verFijaciones', quien: 'ana', ruta: (c) => `${suyo(c)}/fijaciones` },
  {
    id: 'anularFijacion',
    quien: 'ana',
    ruta: (c) => `${suyo(c)}/fijaciones/${c.visto.fijar.id}/anular`,
    cuerpo: { motivo: 'El bróker corrigió el precio.' },
  },
  { id: 'verificarContrato', quien: 'ana', ruta: (c) => `${suyo(c)}/verificacion` },
  { id: 'clavesDeEvidencia', quien: null, ruta: '/.well-known/triboka-evidencia.json' },
  { id: 'verKpis', quien: 'ana', ruta: '/kpis?desde=2025-01&hasta=2025-02&agrupar=mes' },
  { id: 'listarAvances', quien: 'ana', ruta: '/kpis/contratos?situacion=en%20plazo&limite=1' },
]
