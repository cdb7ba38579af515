import * as v from 'valibot'
import { PUSH, type PushSettings, pushSettingsOf } from './avisos/push/settings.ts'
import { DATABASE, type DatabaseSettings, databaseSettingsOf } from './db/settings.ts'
import { DOCS, type DocsSettings } from './docs/settings.ts'
import { DOCUMENTOS, type DocumentosSettings, documentosSettingsOf } from './documentos/settings.ts'
import { EVIDENCIA, type EvidenciaSettings, evidenciaSettingsOf } from './evidencia/settings.ts'
import { EXPEDIENTE, type ExpedienteSettings, expedienteSettingsOf } from './expediente/settings.ts'
import { HTTP, type HttpSettings, httpSettingsOf } from './http/settings.ts'
import type { Fuente } from './precios/fuente.ts'
import { fuenteDe, PRECIO, PRECIO_COMPLETO } from './precios/settings.ts'
import { DEFAULT_APP_URL, MAIL, type MailServer, mailServerOf } from './process/mail/environment.ts'
import { PROCESS, type ProcessSettings, processSettingsOf } from './process/settings.ts'
import { SALUD, type SaludSettings, saludSettingsOf } from './salud/settings.ts'
import { SESSIONS, SUPABASE, type SupabaseSettings, supabaseSettingsOf } from './session/settings.ts'

/** A setting that is missing or does not hold what it should; the message is for who starts the process. */
export class EnvironmentError extends Error {
  override name = 'EnvironmentError'
}

const ENTRIES = {
  ...PRECIO,
  ...SUPABASE,
  ...DOCS,
  ...EXPEDIENTE,
  ...DATABASE,
  ...DOCUMENTOS,
  ...SESSIONS,
  ...PUSH,
  ...MAIL,
  MAILBOX_DIR: v.optional(v.string()),
  ...PROCESS,
  ...HTTP,
  ...SALUD,
  ...EVIDENCIA,
}

/** What the functions read from the environment, once checked: what each part of them asks for. */
export interface Environment
  extends SupabaseSettings,
    DocsSettings,
    ExpedienteSettings,
    DatabaseSettings,
    DocumentosSettings,
    PushSettings,
    MailServer,
    ProcessSettings,
    HttpSettings,
    SaludSettings {
  /** Where the embedded stack keeps the mails that cannot leave; undefined elsewhere. */
  mailboxDir: string | undefined
  /** The app that people open: links in mails lead there. */
  appUrl: string
  /** Where the price of the day comes from; undefined where nobody asks for it. */
  precio: Fuente | undefined
  /** What signs the roots of the evidences. */
  evidencia: EvidenciaSettings
}

/**
 * Reads and checks the environment.
 * @throws EnvironmentError naming every variable that is missing or wrong, in one line.
 */
export function readEnvironment(env: NodeJS.ProcessEnv = process.env): Environment {
  const given = {
    ...env,
    SUPABASE_PUBLISHABLE_KEY: env.SUPABASE_PUBLISHABLE_KEY || env.SUPABASE_ANON_KEY,
    SUPABASE_SECRET_KEY: env.SUPABASE_SECRET_KEY || env.SUPABASE_SERVICE_ROLE_KEY,
    DATABASE_URL: env.AUTHENTICATOR_DATABASE_URL || env.DATABASE_URL,
  }
  // A source without the rest of what it needs is a mistake, not a source that is off.
  const needed = env.PRECIO_URL ? PRECIO_COMPLETO : {}
  const present = Object.fromEntries(Object.entries(given).filter(([, value]) => value))
  const result = v.safeParse(v.object({ ...ENTRIES, ...needed }), present)
  if (!result.success) {
    const faults = result.issues.map((issue) => `${v.getDotPath(issue)} ${describe(issue)}`)
    throw new EnvironmentError(`The functions cannot start: ${faults.join('; ')}.`)
  }
  const { output } = result
  return {
    ...supabaseSettingsOf(output),
    publicUrl: output.SUPABASE_PUBLIC_URL ?? output.SUPABASE_URL,
    demo: output.CUENTAS_DEMO,
    ...expedienteSettingsOf(output, output.SUPABASE_PUBLIC_URL ?? output.SUPABASE_URL),
    ...databaseSettingsOf(output),
    ...documentosSettingsOf(output),
    ...pushSettingsOf(output),
    ...mailServerOf(output),
    mailboxDir: output.MAILBOX_DIR,
    appUrl: output.APP_URL ?? DEFAULT_APP_URL,
    precio: fuenteDe(output),
    ...processSettingsOf(output),
    ...httpSettingsOf(output),
    ...saludSettingsOf(output),
    evidencia: evidenciaSettingsOf(
      output,
      output.SUPABASE_PUBLIC_URL ?? output.SUPABASE_URL,
      env.DATA_DIR || undefined,
    ),
  }
}

const describe = (issue: v.BaseIssue<unknown>) =>
  issue.received === 'undefined' ? 'is missing' : issue.message
