import * as v from 'valibot'

function isServiceAccount(text: string): boolean {
  try {
    const { project_id, client_email, private_key } = JSON.parse(text)
    return [project_id, client_email, private_key].every((value) => typeof value === 'string')
  } catch {
    return false
  }
}

/** What sends notices to phones, of the environment. */
export const PUSH = {
  FIREBASE_SERVICE_ACCOUNT: v.optional(
    v.pipe(v.string(), v.check(isServiceAccount, 'is not the JSON of a service account')),
  ),
  GOOGLE_APPLICATION_CREDENTIALS: v.optional(v.string()),
  HTTPS_PROXY: v.optional(v.pipe(v.string(), v.url('is not a URL'))),
}

export interface PushSettings {
  /** Credentials of Firebase and the way out to it; undefined where push is off. */
  firebase: { serviceAccount: string | undefined; proxy: string | undefined } | undefined
}

export const pushSettingsOf = (env: v.InferOutput<v.ObjectSchema<typeof PUSH, undefined>>): PushSettings => ({
  firebase:
    env.FIREBASE_SERVICE_ACCOUNT || env.GOOGLE_APPLICATION_CREDENTIALS
      ? { serviceAccount: env.FIREBASE_SERVICE_ACCOUNT, proxy: env.HTTPS_PROXY }
      : undefined,
})
