import { escapeHtml } from '../../../server/process/mail/letter.ts'
import type { KeptMail } from '../../../server/process/mail/mailbox.ts'

const STYLE = `:root{color-scheme:light dark;font-family:system-ui,sans-serif;line-height:1.5}
body{max-width:60rem;margin:0 auto;padding:1rem}
table{width:100%;border-collapse:collapse}
th,td{text-align:left;padding:.5rem;border-bottom:1px solid #8886;vertical-align:top;overflow-wrap:anywhere}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.25rem 1rem}
dd{margin:0;overflow-wrap:anywhere}
pre{white-space:pre-wrap;overflow-wrap:anywhere;padding:1rem;border:1px solid #8886;border-radius:.5rem;font:inherit}
iframe{width:100%;height:36rem;border:1px solid #8886;border-radius:.5rem;background:#fff}`

const page = (title: string, body: string) =>
  `<!doctype html>
<html lang="es"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title><style>${STYLE}</style></head><body>${body}</body></html>`

// What people wrote may change the direction of what follows it: bdi keeps that to itself.
const own = (text: string) => `<bdi>${escapeHtml(text)}</bdi>`

const time = (date: string) =>
  `<time datetime="${escapeHtml(date)}">${new Date(date).toLocaleString('es-EC', { dateStyle: 'medium', timeStyle: 'medium' })}</time>`

const linked = (text: string) =>
  text
    .split(/(https?:\/\/\S+)/)
    .map((part, place) =>
      place % 2
        ? `<a href="${escapeHtml(part)}" target="_blank" rel="noopener noreferrer">${escapeHtml(part)}</a>`
        : escapeHtml(part),
    )
    .join('')

/** All that is kept, the newest first. */
export function listPage(mails: KeptMail[]): string {
  const rows = mails.map(
    ({ id, to, subject, date }) =>
      `<tr><td>${time(date)}</td><td>${own(to)}</td><td><a href="/${id}">${own(subject)}</a></td></tr>`,
  )
  return page(
    'Buzón de Triboka',
    `<h1>Buzón</h1>
<p>Sin <code>SMTP_URL</code> ningún correo sale de esta máquina: los de registro, contraseñas, códigos e invitaciones
quedan aquí (los 500 últimos, por 7 días).</p>
${
  rows.length
    ? `<table><thead><tr><th>Fecha</th><th>Para</th><th>Asunto</th></tr></thead><tbody>${rows.join('\n')}</tbody></table>`
    : '<p>Todavía no hay ninguno.</p>'
}`,
  )
}

/** One mail: its text, with links, and its HTML in a frame where nothing runs. */
export function mailPage({ id, from, to, subject, date, text }: KeptMail): string {
  return page(
    subject,
    `<p><a href="/">Buzón</a></p><h1>${own(subject)}</h1>
<dl><dt>Fecha</dt><dd>${time(date)}</dd><dt>De</dt><dd>${own(from)}</dd><dt>Para</dt><dd>${own(to)}</dd></dl>
<pre>${linked(text)}</pre>
<h2>Como HTML</h2>
<iframe title="El correo como HTML" src="/${id}/html" sandbox="allow-popups allow-popups-to-escape-sandbox"
  referrerpolicy="no-referrer"></iframe>`,
  )
}

/** The HTML of a mail, for that frame; its links open beside it. */
export const framedHtml = ({ html }: KeptMail): string => `<base target="_blank">${html}`
