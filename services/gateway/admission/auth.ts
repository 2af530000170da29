/** The authenticated sender of requests. */
export interface Principal {
  /** A service may act for other users, fetch any user, and stay unbound. */
  readonly isService: boolean
  /** The external id that the token names; undefined with authentication off. */
  readonly subject?: string
  /** When the token was issued, in milliseconds since the epoch; undefined: it does not say. */
  readonly issuedAtMs?: number
  /** When a session with this token ends, in milliseconds since the epoch; undefined: never. */
  readonly expiresAtMs?: number
}

/** Why a token was refused. The values are metric labels and never contain parts of the token. */
export type TokenFault = 'token_missing' | 'token_invalid' | 'token_expired' | 'token_early' | 'token_claims' | 'keys_unavailable'

/** The result of authentication. `retryInMs`: milliseconds until the same token may be accepted, if known. */
export type Authenticated = { readonly principal: Principal } | { readonly fault: TokenFault; readonly retryInMs?: number }

/**
 * Verifies a token. Never rejects, and keeps nothing of the token.
 * `keys_unavailable`: the key of the token is not known now, so the token may be valid and the client may try again.
 */
export type Authenticate = (token: string | undefined) => Promise<Authenticated>

/** Without authentication (development), every client is trusted like a back end. */
export const openAccess: Principal = { isService: true }

/** Accepts every token, and requests without a token. */
export const acceptAll: Authenticate = () => Promise.resolve({ principal: openAccess })
