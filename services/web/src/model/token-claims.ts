/** Claims of a JWT: read, not verified. */
export interface TokenClaims {
  readonly sub?: unknown
  /** Seconds since the epoch. */
  readonly exp?: unknown
}

/** The claims; none if the token cannot be parsed. */
export const claimsOf = (token: string): TokenClaims => {
  try {
    const payload = (token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/')
    const bytes = Uint8Array.from(atob(payload), (letter) => letter.charCodeAt(0))
    return (JSON.parse(new TextDecoder().decode(bytes)) as TokenClaims | null) ?? {}
  } catch {
    return {}
  }
}

/** The expiry in milliseconds since the epoch; infinite if the token has none. */
export const endOf = (token: string): number => {
  const { exp } = claimsOf(token)
  return typeof exp === 'number' ? exp * 1_000 : Number.POSITIVE_INFINITY
}
