/** Who is at the other end of a socket or request. */
export interface Principal {
  /** May act as others, fetch any user, and stay unbound. */
  readonly isService: boolean
  /** The external id that the token names; undefined with authentication off. */
  readonly subject?: string
  /** When a session by this token ends, in milliseconds since the epoch; undefined: never. */
  readonly expiresAtMs?: number
}

/** Why a token was refused. A label of metrics: never anything that the token says. */
export type TokenFault = 'token_missing' | 'token_invalid' | 'token_expired' | 'token_early' | 'token_claims' | 'keys_unavailable'

/** `retryInMs`: when the same token may be accepted, where that is known. */
export type Verdict = { readonly principal: Principal } | { readonly fault: TokenFault; readonly retryInMs?: number }

/**
 * Says whose a token is. Never rejects, and keeps nothing of the token.
 * `keys_unavailable` says nothing about the token: its key is not known now, and the client may try again.
 */
export type Authenticate = (token: string | undefined) => Promise<Verdict>

/** With authentication off (development), everybody is trusted like a back end. */
export const openAccess: Principal = { isService: true }

/** Asks for no token. */
export const trustEverybody: Authenticate = () => Promise.resolve({ principal: openAccess })
