const AT_MOST = 5_000

/** Claims of tokens whose signature held. A token is the same text until it expires: once is enough. */
export interface VerifiedTokens<T> {
  /** Claims of a token that was verified and has not expired. */
  get(token: string): T | undefined
  /** Remembers a token until its `exp`, in seconds; one without it is not remembered. */
  add(token: string, claims: T): void
}

/** Starts an empty memory of the newest tokens. */
export function rememberVerifiedTokens<T extends { exp?: number | undefined }>(): VerifiedTokens<T> {
  const remembered = new Map<string, T>()
  return {
    get(token) {
      const claims = remembered.get(token)
      if (claims === undefined || claims.exp! > Date.now() / 1000) return claims
      remembered.delete(token)
      return undefined
    },
    add(token, claims) {
      if (claims.exp === undefined) return
      if (remembered.size >= AT_MOST) remembered.delete(remembered.keys().next().value as string)
      remembered.set(token, claims)
    },
  }
}
