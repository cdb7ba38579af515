import { encode, renderSVG } from 'uqr'
import { expedienteSettings } from './settings.ts'

/** How much of a QR may be lost and still be read: what a printer and a fold take away. */
const LEVEL = { ecc: 'M', border: 4 } as const

/**
 * The address of a public page.
 * @param sello what of the chain the paper that carries it has printed: `17-3c1042314291ed99`.
 */
export const paginaDe = (codigo: string, testigo: string, sello?: string): string =>
  `${expedienteSettings().paginaUrl}/v/${codigo}/${testigo}${sello ? `?s=${sello}` : ''}`

/** An address as a QR in SVG, with its quiet zone. */
export const qrSvg = (url: string): string => renderSVG(url, LEVEL)

/** The same, as rows of modules: true is dark. */
export const qrModules = (url: string): boolean[][] => encode(url, LEVEL).data
