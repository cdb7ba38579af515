import { AuthError, validationFailed } from '../admin/errors.ts'
import { githubProvider } from './github.ts'
import { oidcProvider } from './oidc.ts'
import type { Provider } from './provider.ts'
import { isProvider, providerSettings } from './settings.ts'

/** The providers that config.toml has switched on, by their names. */
export type Providers = ReadonlyMap<string, Provider>

/**
 * @param auth `[auth]` of config.toml.
 * @param publicUrl the gateway's URL.
 * @param fetch how the servers of providers are reached.
 * @throws SetupError
 */
export function openProviders(
  auth: Record<string, unknown>,
  publicUrl: string,
  fetch: typeof globalThis.fetch = globalThis.fetch,
): Providers {
  return new Map(
    [...providerSettings(auth, publicUrl)].map(([name, settings]) => [
      name,
      name === 'github' ? githubProvider(settings, fetch) : oidcProvider(settings, fetch),
    ]),
  )
}

/** What GoTrue says of a provider that it cannot ask. */
export function faultOf(name: string): string {
  return isProvider(name) ? 'provider is not enabled' : `Provider ${name} could not be found`
}

/** @throws AuthError validation_failed for one that is off or that there is not */
export function providerOf(providers: Providers, asked: string): Provider {
  const name = asked.toLowerCase()
  if (name.startsWith('custom:'))
    throw validationFailed('Unsupported provider: custom OAuth providers are disabled')
  const provider = providers.get(name)
  if (!provider) throw validationFailed(`Unsupported provider: ${faultOf(name)}`)
  return provider
}

/** The one that a flow began with. @throws AuthError where it has been switched off since */
export function providerOfFlow(providers: Providers, name: string): Provider {
  const provider = providers.get(name)
  if (provider) return provider
  throw new AuthError(400, 'oauth_provider_not_supported', `Unsupported provider: ${faultOf(name)}`)
}
