import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { escapeHtml, type Letter, layOut, type Mail } from '../../../../server/process/mail/letter.ts'
import { PROJECT_DIR } from '../../settings.ts'

/** The letters of Auth, by the names that config.toml gives their templates. */
export type LetterKind =
  | 'confirmation'
  | 'recovery'
  | 'magic_link'
  | 'email_change'
  | 'invite'
  | 'reauthentication'

/** `[auth.email.template.<kind>]` of config.toml. */
export interface Template {
  subject?: string
  /** File with HTML in place of ours. */
  contentPath?: string
}

/** What a letter is about; the names are those of GoTrue's templates. */
export interface LetterValues {
  /** The link; none where only the code serves. */
  ConfirmationURL: string
  Token: string
  TokenHash: string
  SiteURL: string
  RedirectTo: string
  /** The address of the account. */
  Email: string
  /** The address it is to have, when that is what changes. */
  NewEmail: string
}

export interface LetterSettings {
  otpExpirySeconds: number
  templates: Partial<Record<LetterKind, Template>>
}

type Words = Pick<Letter, 'subject' | 'paragraphs'> & { action: string; ending: string }

const IGNORE = 'Si no lo pidió usted, no haga nada: sin el enlace o el código no cambia nada.'

const WORDS: Record<LetterKind, (values: LetterValues, to: string) => Words> = {
  confirmation: () => ({
    subject: 'Confirme su correo',
    paragraphs: ['Para terminar de crear su cuenta, confirme que este correo es suyo.'],
    action: 'Confirmar mi correo',
    ending: 'Si no creó una cuenta, no haga nada.',
  }),
  recovery: () => ({
    subject: 'Cambie su contraseña',
    paragraphs: ['Se pidió cambiar la contraseña de su cuenta. Entre con este enlace y elija una nueva.'],
    action: 'Elegir otra contraseña',
    ending: IGNORE,
  }),
  magic_link: () => ({
    subject: 'Su enlace para entrar',
    paragraphs: ['Con este enlace entra en su cuenta sin contraseña.'],
    action: 'Entrar',
    ending: IGNORE,
  }),
  email_change: ({ Email, NewEmail }, to) =>
    to === NewEmail
      ? {
          subject: 'Confirme su nuevo correo',
          paragraphs: [
            `Confirme que este correo es suyo, para que su cuenta pase de ${Email} a ${NewEmail}.`,
          ],
          action: 'Confirmar el nuevo correo',
          ending: IGNORE,
        }
      : {
          subject: 'Confirme el cambio de su correo',
          paragraphs: [
            `Se pidió que su cuenta pase de ${Email} a ${NewEmail}. El cambio se hace cuando lo confirman los dos correos.`,
          ],
          action: 'Confirmar el cambio',
          ending: 'Si no lo pidió usted, no lo confirme y cambie su contraseña.',
        },
  invite: ({ SiteURL }) => ({
    subject: 'Invitación a Triboka',
    paragraphs: [`Le invitan a crear su cuenta en ${SiteURL}.`],
    action: 'Aceptar la invitación',
    ending: 'Si no esperaba esta invitación, no haga nada.',
  }),
  reauthentication: () => ({
    subject: 'Confirme que es usted',
    paragraphs: ['Con este código confirma que es usted quien está en su cuenta.'],
    action: '',
    ending: 'Si no lo pidió usted, cambie su contraseña.',
  }),
}

function fill(template: string, values: LetterValues, encode: (value: string) => string): string {
  return template.replace(/\{\{\s*\.(\w+)\s*\}\}/g, (whole, name) =>
    name in values ? encode(values[name as keyof LetterValues]) : whole,
  )
}

function lasting(seconds: number): string {
  const minutes = Math.max(1, Math.round(seconds / 60))
  if (minutes % 60) return minutes === 1 ? '1 minuto' : `${minutes} minutos`
  return minutes === 60 ? '1 hora' : `${minutes / 60} horas`
}

/** A letter of Auth in Spanish, with its link and its code; config.toml may give another subject and other HTML. */
export async function writeLetter(
  kind: LetterKind,
  to: string,
  values: LetterValues,
  settings: LetterSettings,
): Promise<Mail> {
  const { action, ending, ...words } = WORDS[kind](values, to)
  const link = values.ConfirmationURL ? { label: action, url: values.ConfirmationURL } : undefined
  const template = settings.templates[kind]
  const mail = layOut({
    ...words,
    to,
    link,
    code: values.Token,
    subject: template?.subject === undefined ? words.subject : fill(template.subject, values, String),
    notes: [
      `${link ? 'El enlace y el código sirven' : 'El código sirve'} una vez, por ${lasting(settings.otpExpirySeconds)}.`,
      ending,
    ],
  })
  if (template?.contentPath === undefined) return mail
  const html = await readFile(resolve(PROJECT_DIR, template.contentPath), 'utf8')
  return { ...mail, html: fill(html, values, escapeHtml) }
}
