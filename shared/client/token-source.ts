/** Asked for a token each time one is needed: for every connection, and before the last one ends. */
export type GetToken = () => string | Promise<string>

export interface TokenSource {
  current(): Promise<string | undefined>
  /** There will never be another one than the first. */
  readonly isFixed: boolean
  /** There is no later token, and the one there is has ended, or does not say when it ends. */
  isSpent(nowMs: number): boolean
}

export const tokenSource = ({ token, getToken }: { token?: string; getToken?: GetToken }): TokenSource => {
  if (token !== undefined && getToken !== undefined) throw new TypeError('connect: give either token or getToken')
  return {
    current: async () => (getToken === undefined ? token : getToken()),
    isFixed: getToken === undefined,
    isSpent: (nowMs) => getToken === undefined && (token === undefined || (expiryOf(token) ?? 0) <= nowMs),
  }
}

/** When a JWT ends, in milliseconds since the epoch; undefined where the token does not say. It is read, not verified. */
export const expiryOf = (token: string): number | undefined => {
  try {
    const payload = token.split('.')[1] ?? ''
    const { exp } = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/'))) as { exp?: unknown }
    return typeof exp === 'number' ? exp * 1_000 : undefined
  } catch {
    return undefined
  }
}
