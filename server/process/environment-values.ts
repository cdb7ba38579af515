// What the values of the environment look like; the messages are for who starts the process.
import * as v from 'valibot'
import { createClientAddress } from '../http/client-address.ts'

export const httpUrl = v.pipe(
  v.string('is missing'),
  v.url('is not a URL'),
  v.regex(/^https?:/, 'is not an http(s) URL'),
  v.transform((url) => url.replace(/\/+$/, '')),
)
export const databaseUrl = v.pipe(
  v.string('is missing'),
  v.url('is not a URL'),
  v.regex(/^postgres(ql)?:/, 'is not a postgres:// URL'),
  // Supavisor names the tenant after a dot: authenticator.my-project
  v.check(
    (url) => /^authenticator(\.|$)/.test(decodeURIComponent(new URL(url).username)),
    'must log in as authenticator, which can do nothing but become the caller; set AUTHENTICATOR_DATABASE_URL',
  ),
)

/** Accounts whose password anybody may know, offered at /docs: `{"contrasena": …, "cuentas": [{"correo": …}]}`. */
export const demoAccounts = v.pipe(
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

export const poolSize = v.pipe(
  v.string(),
  v.regex(/^[1-9]\d{0,2}$/, 'is not a number from 1 to 999'),
  v.transform(Number),
)

const list = v.pipe(
  v.string(),
  v.transform((text) =>
    text
      .split(',')
      .map((item) => item.trim())
      .filter(Boolean),
  ),
)
export const addresses = v.pipe(
  list,
  v.check(areAddresses, 'is not a list of addresses, networks or loopback, uniquelocal'),
)
export const origins = v.pipe(
  list,
  v.check(
    (items) => items.every((item) => item === '*' || isOrigin(item)),
    'is neither * nor a list of origins',
  ),
)
export const seconds = v.pipe(
  v.string(),
  v.regex(/^\d{1,3}$/, 'is not a number of seconds, up to 999'),
  v.transform(Number),
)

function areAddresses(items: string[]): boolean {
  try {
    createClientAddress(items)
    return true
  } catch {
    return false
  }
}

const isOrigin = (text: string) => URL.canParse(text) && new URL(text).origin === text

function isServiceAccount(text: string): boolean {
  try {
    const { project_id, client_email, private_key } = JSON.parse(text)
    return [project_id, client_email, private_key].every((value) => typeof value === 'string')
  } catch {
    return false
  }
}

export const serviceAccount = v.pipe(
  v.string(),
  v.check(isServiceAccount, 'is not the JSON of a service account'),
)

export const metricsToken = v.pipe(v.string(), v.minLength(16, 'is shorter than 16 characters'))
