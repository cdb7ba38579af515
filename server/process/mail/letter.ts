/** A mail for whatever delivers it. */
export interface Mail {
  to: string
  subject: string
  text: string
  html: string
}

export type SendMail = (mail: Mail) => Promise<void>

/** What a letter says; all of it plain text. */
export interface Letter {
  to: string
  subject: string
  paragraphs: string[]
  /** Where its button leads. */
  link?: { label: string; url: string }
  /** To be typed instead of following the link. */
  code?: string
  /** Below the rest: for how long it serves, what to do if it was not asked for. */
  notes: string[]
}

/** Text as HTML shows it. */
export const escapeHtml = (value: string): string =>
  value.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`)

const FONT = "font-family:system-ui,-apple-system,'Segoe UI',Roboto,Arial,sans-serif"
const paragraph = (text: string, style = '') => `<p style="margin:0 0 16px;${style}">${escapeHtml(text)}</p>`

function asHtml({ subject, paragraphs, link, code, notes }: Letter): string {
  return [
    '<!doctype html>',
    `<html lang="es"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">`,
    `<title>${escapeHtml(subject)}</title></head>`,
    `<body style="margin:0;padding:24px;background:#f4f1ec;${FONT};font-size:16px;line-height:1.5;color:#2b2320">`,
    '<div style="max-width:520px;margin:0 auto;padding:24px;background:#fff;border-radius:8px">',
    `<h1 style="margin:0 0 16px;font-size:20px">${escapeHtml(subject)}</h1>`,
    ...paragraphs.map((text) => paragraph(text)),
    ...(link
      ? [
          `<p style="margin:24px 0"><a href="${escapeHtml(link.url)}" style="display:inline-block;padding:12px 20px;`,
          `background:#5b3a29;color:#fff;text-decoration:none;border-radius:6px">${escapeHtml(link.label)}</a></p>`,
        ]
      : []),
    ...(code
      ? [
          paragraph(link ? 'O escriba este código:' : 'Escriba este código:'),
          `<p style="margin:0 0 24px;font-size:28px;letter-spacing:6px;font-weight:700">${escapeHtml(code)}</p>`,
        ]
      : []),
    ...notes.map((text) => paragraph(text, 'font-size:13px;color:#6b5f58')),
    '</div></body></html>',
  ].join('\n')
}

function asText({ paragraphs, link, code, notes }: Letter): string {
  return [
    ...paragraphs,
    ...(link ? [`${link.label}:\n${link.url}`] : []),
    ...(code ? [`${link ? 'O escriba este código' : 'Escriba este código'}: ${code}`] : []),
    ...notes,
  ].join('\n\n')
}

/** A letter as it is sent: as text for whoever reads text, and as HTML without images or anything from outside. */
export const layOut = (letter: Letter): Mail => ({
  to: letter.to,
  subject: letter.subject.replace(/[\r\n]+/g, ' '),
  text: asText(letter),
  html: asHtml(letter),
})
