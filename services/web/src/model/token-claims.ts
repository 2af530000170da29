/** What a JWT says of itself: read, not verified. */
export interface TokenClaims {
  readonly sub?: unknown
  /** Seconds since the epoch. */
  readonly exp?: unknown
}

/** Nothing, where it says nothing that can be read. */
export const claimsOf = (token: string): TokenClaims => {
  try {
    const payload = (token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/')
    const bytes = Uint8Array.from(atob(payload), (letter) => letter.charCodeAt(0))
    return (JSON.parse(new TextDecoder().decode(bytes)) as TokenClaims | null) ?? {}
  } catch {
    return {}
  }
}

/** The end of its life in milliseconds; infinite where it names none. */
export const endOf = (token: string): number => {
  const { exp } = claimsOf(token)
  return typeof exp === 'number' ? exp * 1_000 : Number.POSITIVE_INFINITY
}
