import type { JWTPayload } from 'jose'
import type { Profile } from './profile.ts'
import type { ProviderSettings } from './settings.ts'

/** What a provider gives for the code that it sent somebody back with. */
export interface Grant {
  profile: Profile
  accessToken: string
  /** Not all of them give one. */
  refreshToken: string
}

/** What a flow keeps between sending somebody to a provider and their coming back. */
export interface Secrets {
  state: string
  /** Null for a provider that is not asked for PKCE. */
  verifier: string | null
}

/** A server that signs people in for others. */
export interface Provider {
  settings: ProviderSettings
  /** Is it to be sure that who brings the code is who was sent to it? */
  usesPkce: boolean
  /**
   * Where people are sent.
   * @param scopes what is asked of the provider besides.
   * @param extra further parameters of its own.
   */
  begin(secrets: Secrets, scopes: string[], extra: Record<string, string>): Promise<URL>
  /** Exchanges the code. @param answer the parameters that somebody came back with. */
  finish(answer: URLSearchParams, secrets: Secrets): Promise<Grant>
  /** What reads a token that an app got by itself; absent where the provider has none. */
  idToken?: {
    issuer: string
    /** @throws unless the provider has signed it, for whomever, and it holds now. */
    verify(token: string): Promise<JWTPayload>
    profileOf(claims: JWTPayload): Profile
  }
}
