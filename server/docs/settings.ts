import * as v from 'valibot'
import { httpUrl } from '../process/environment-values.ts'
import { slot } from '../process/slot.ts'

/** Accounts whose password anybody may know, offered at /docs: `{"contrasena": …, "cuentas": [{"correo": …}]}`. */
const demoAccounts = v.pipe(
  v.string(),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    try {
      return JSON.parse(dataset.value) as unknown
    } catch {
      addIssue({ message: 'is not JSON' })
      return NEVER
    }
  }),
  v.strictObject(
    {
      contrasena: v.string(),
      cuentas: v.array(
        v.strictObject({ correo: v.string(), nombre: v.string(), empresa: v.string(), rol: v.string() }),
      ),
    },
    'is not a password and its accounts',
  ),
)

/** What the page at /docs offers, of the environment. */
export const DOCS = {
  SUPABASE_PUBLIC_URL: v.optional(httpUrl),
  CUENTAS_DEMO: v.optional(demoAccounts),
}

export interface DocsSettings {
  /** Supabase as browsers reach it: /docs signs in there. */
  publicUrl: string
  publishableKey: string
  /** What /docs offers to sign in with at one press; undefined but on a stack of demonstration. */
  demo: v.InferOutput<typeof demoAccounts> | undefined
}

export const docsSettings = slot<DocsSettings>('The settings of /docs')
