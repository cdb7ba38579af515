import type { Cocina, Receta } from './receta.ts'

/** The contract of the recipes of contracts. */
const suyo = ({ visto }: Cocina) => `/contratos/${visto.crearContrato.codigo}`
const pagina = ({ visto }: Cocina) => `/v/${visto.crearContrato.codigo}/${visto.crearTestigo.testigo}`

export const EXPEDIENTE: readonly Receta[] = [
  { id: 'descargarExpediente', quien: 'ana', ruta: (c) => `${suyo(c)}/expediente` },
  { id: 'crearTestigo', quien: 'ana', ruta: (c) => `${suyo(c)}/testigos`, cuerpo: {} },
  {
    id: 'elegirMuestra',
    quien: 'ana',
    ruta: (c) => `${suyo(c)}/muestra`,
    cuerpo: { campos: ['partes', 'calidad'] },
  },
  { id: 'listarTestigos', quien: 'ana', ruta: (c) => `${suyo(c)}/testigos?limite=1` },
  { id: 'verPaginaPublica', quien: null, ruta: (c) => `${pagina(c)}?l=es` },
  { id: 'probarArchivo', quien: null, ruta: (c) => `${pagina(c)}/h/${c.visto.subirDocumento.sha256}` },
  {
    id: 'revocarTestigo',
    quien: 'carlos',
    ruta: (c) => `${suyo(c)}/testigos/${c.visto.crearTestigo.id}`,
  },
]
