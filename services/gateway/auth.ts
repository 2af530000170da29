/** Who is at the other end of a socket or request. */
export interface Principal {
  /** May act as others, fetch any user, and stay unbound. */
  readonly isService: boolean
  /** The external id that the token names; undefined with authentication off. */
  readonly subject?: string
  /** When the token's leave ends, in milliseconds since the epoch; undefined: never. */
  readonly expiresAtMs?: number
}

/** Why a token was refused. A label of metrics: never anything that the token says. */
export type TokenFault = 'token_missing' | 'token_invalid' | 'token_expired' | 'token_early' | 'token_claims' | 'keys_unavailable'

export type Verdict = { readonly principal: Principal } | { readonly fault: TokenFault }

/**
 * Says whose a token is. Never rejects, and keeps nothing of the token.
 * `keys_unavailable` says nothing about the token: there is nothing yet to verify it with.
 */
export type Authenticate = (token: string | undefined) => Promise<Verdict>

/** With authentication off (development), everybody is trusted like a back end. */
export const openAccess: Principal = { isService: true }

/** Asks for no token. */
export const trustEverybody: Authenticate = () => Promise.resolve({ principal: openAccess })
