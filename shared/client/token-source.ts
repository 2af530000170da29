/** Returns a token each time one is needed: for every connection, and before the last one expires. */
export type GetToken = () => string | Promise<string>

/** The source of the tokens of one client. `current` rejects with the error of the application's `getToken`. */
export interface TokenSource {
  current(): Promise<string | undefined>
  /** The token never changes, or there is none. */
  readonly isFixed: boolean
}

export const tokenSource = ({ token, getToken }: { token?: string; getToken?: GetToken }): TokenSource => {
  if (token !== undefined && getToken !== undefined) throw new TypeError('connect: give either token or getToken, not both')
  return {
    current: async () => (getToken === undefined ? token : getToken()),
    isFixed: getToken === undefined,
  }
}

/** The times of a JWT, in milliseconds since the epoch; a time that the token does not state is undefined. */
export interface TokenTimes {
  readonly issuedAtMs: number | undefined
  readonly expiresAtMs: number | undefined
}

const inMs = (seconds: unknown): number | undefined => (typeof seconds === 'number' ? seconds * 1_000 : undefined)

/** Reads a JWT without verifying it. */
export const timesOf = (token: string): TokenTimes => {
  try {
    const payload = token.split('.')[1] ?? ''
    const { iat, exp } = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/'))) as { iat?: unknown; exp?: unknown }
    return { issuedAtMs: inMs(iat), expiresAtMs: inMs(exp) }
  } catch {
    return { issuedAtMs: undefined, expiresAtMs: undefined }
  }
}
