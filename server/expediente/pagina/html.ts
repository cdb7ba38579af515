import { type Idioma, TEXTOS } from './textos.ts'

/** What privado.ver_testigo tells; what the parties do not show is null. */
export interface Publico {
  codigo: string
  estado: 'En revisión' | 'Activo' | 'Cerrado' | 'Rechazado' | 'Retirado'
  creado_en: string
  fecha_firma: string | null
  cerrado_en: string | null
  cabeza: { n: number; hash: string; en: string } | null
  sello: { n: number; hash: string; autentico: boolean; en: string | null } | null
  archivo: { sha256: string; es: 'documento' | 'expediente' | null } | null
  partes: string[] | null
  calidad: string | null
  /** As it is written: no digit of it is a number here. */
  volumen_tm: string | null
  fecha_entrega: string | null
  lotes: { estado: string; cuantos: number }[] | null
  documentos: { tipo: string; huella: string }[] | null
}

/** Digests of the files that the page loads, which are part of their addresses. */
export interface Versiones {
  estilo: string
  programa: string
}

const SIGNS: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
const safe = (text: unknown) => String(text).replace(/[&<>"']/g, (sign) => SIGNS[sign]!)

// Of Guayaquil, like every date of the trade.
const day = (instant: string, idioma: Idioma) =>
  new Intl.DateTimeFormat(idioma === 'es' ? 'es-EC' : 'en-GB', {
    dateStyle: 'long',
    timeZone: 'America/Guayaquil',
  }).format(new Date(instant.length === 10 ? `${instant}T12:00:00-05:00` : instant))

function page(idioma: Idioma, titulo: string, versiones: Versiones, base: string, cuerpo: string): string {
  return `<!doctype html>
<html lang="${idioma}">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="robots" content="noindex, nofollow">
  <title>${safe(titulo)}</title>
  <link rel="icon" href="${base}icono.svg">
  <link rel="stylesheet" href="${base}pagina.css?v=${versiones.estilo}">
</head>
<body>
<main>
${cuerpo}</main>
</body>
</html>
`
}

/** What it tells, in order; what has no value is left out. */
function facts(datos: Publico, idioma: Idioma): string {
  const t = TEXTOS[idioma]
  const { cabeza, lotes, documentos, volumen_tm } = datos
  const dated = (instant: string | null) => instant && day(instant, idioma)
  const rows: [string, string | null | undefined][] = [
    [t.estado, t.estados[datos.estado]],
    [t.creado, dated(datos.creado_en)],
    [t.firmado, dated(datos.fecha_firma)],
    [t.cerrado, dated(datos.cerrado_en)],
    [t.ultimo, cabeza && `${cabeza.n} · ${cabeza.hash} · ${day(cabeza.en, idioma)}`],
    [t.partes, datos.partes?.join(' · ')],
    [t.calidad, datos.calidad],
    [t.volumen, volumen_tm && `${volumen_tm} TM`],
    [t.entrega, dated(datos.fecha_entrega)],
    [t.lotes, lotes && (lotes.map(({ estado, cuantos }) => `${cuantos} ${estado}`).join(', ') || '0')],
    [
      t.documentos,
      documentos && (documentos.map(({ tipo, huella }) => `${tipo} ${huella}`).join(', ') || '0'),
    ],
  ]
  return rows
    .filter(([, value]) => value)
    .map(([label, value]) => `  <dt>${safe(label)}</dt><dd>${safe(value)}</dd>\n`)
    .join('')
}

function answers(datos: Publico, idioma: Idioma) {
  const t = TEXTOS[idioma]
  const { sello, archivo } = datos
  const verdict = (isGood: boolean, text: string) =>
    `<p class="${isGood ? 'si' : 'no'}" role="status">${isGood ? '✓' : '✗'} ${safe(text)}</p>\n`
  return {
    sello: sello
      ? verdict(
          sello.autentico,
          sello.autentico
            ? t.autentico.replace('{n}', String(sello.n)).replace('{en}', day(sello.en!, idioma))
            : t.falso,
        )
      : '',
    archivo: archivo ? verdict(archivo.es !== null, t[archivo.es ?? 'ninguno']) : '',
  }
}

/**
 * The public page of an expediente: it works without a script, which only hashes a file where it is.
 * @param escrito what was asked with the address: it goes back into its boxes.
 */
export function paginaHtml(
  datos: Publico,
  idioma: Idioma,
  versiones: Versiones,
  escrito: { s?: string | undefined; h?: string | undefined },
): string {
  const t = TEXTOS[idioma]
  const dicho = answers(datos, idioma)
  const otro = idioma === 'es' ? 'en' : 'es'
  const cuerpo = `<p class="idioma"><a href="?l=${otro}${escrito.s ? `&amp;s=${safe(escrito.s)}` : ''}" lang="${otro}">${t.otro}</a></p>
<h1>${t.titulo} ${safe(datos.codigo)}</h1>
<p>${t.presenta}</p>
${dicho.sello}<dl>
${facts(datos, idioma)}</dl>
<form method="get">
  <h2>${t.sello}</h2>
  <input type="hidden" name="l" value="${idioma}">
  <label>${t.escriba} <input name="s" value="${safe(escrito.s ?? '')}" required pattern="[0-9]+-[0-9a-fA-F]{8,16}" autocomplete="off" spellcheck="false" placeholder="17-3c1042314291ed99"></label>
  <button>${t.comprobar}</button>
</form>
<form method="get" id="archivo" data-si-documento="${safe(t.documento)}" data-si-expediente="${safe(t.expediente)}" data-no="${safe(t.ninguno)}" data-leyendo="${safe(t.leyendo)}" data-error="${safe(t.error)}">
  <h2>${t.archivo}</h2>
  <p id="elegir" hidden><label>${t.elija} <input type="file"></label></p>
  <input type="hidden" name="l" value="${idioma}">
  <label>${t.huella} <input name="h" value="${safe(escrito.h ?? '')}" required pattern="[0-9a-fA-F]{64}" autocomplete="off" spellcheck="false"></label>
  <button>${t.comprobar}</button>
  <div id="dicho" aria-live="polite">${dicho.archivo}</div>
</form>
<p class="nota">${t.nota}</p>
<script src="../documento.js?v=${versiones.programa}" defer></script>
`
  return page(idioma, `${t.titulo} ${datos.codigo}`, versiones, '../', cuerpo)
}

/** What is answered to a token that is none, whatever the reason. */
export const nadaHtml = (idioma: Idioma, versiones: Versiones): string =>
  page(
    idioma,
    TEXTOS[idioma].nadaTitulo,
    versiones,
    '../',
    `<h1>${TEXTOS[idioma].nadaTitulo}</h1>\n<p>${TEXTOS[idioma].nada}</p>\n`,
  )

/** What the page may do: load what is of this origin, and ask it. Nobody frames it. */
export const POLITICA = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
