import { generateKeyPairSync } from 'node:crypto'
import type { JWK, JWTPayload } from 'jose'
import { exportJWK, SignJWT } from 'jose'

/** The claims of a token. `exp`, `nbf` and `iat` are seconds from now; `exp: undefined` omits the claim. */
export interface Claims {
  readonly sub?: unknown
  readonly exp?: number | undefined
  readonly nbf?: number
  readonly iat?: number
  readonly aud?: string | readonly string[]
  readonly iss?: string
  readonly role?: unknown
}

/** Signs tokens. */
export interface Issuer {
  token(claims?: Claims): Promise<string>
}

export const testSecret = 'a secret of the tests, longer than thirty-two bytes'

const payloadOf = (claims: Claims): JWTPayload => {
  const nowS = Math.floor(Date.now() / 1_000)
  const { exp, nbf, iat, ...rest } = { sub: 'ann', exp: 600, ...claims }
  return {
    ...(rest as JWTPayload),
    ...(exp === undefined ? {} : { exp: nowS + exp }),
    ...(nbf === undefined ? {} : { nbf: nowS + nbf }),
    ...(iat === undefined ? {} : { iat: nowS + iat }),
  }
}

export const secretIssuer = (secret = testSecret): Issuer => ({
  token: (claims = {}) => new SignJWT(payloadOf(claims)).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.from(secret)),
})

export type KeyKind = 'RS256' | 'ES256' | 'EdDSA'

const pairOf = (alg: KeyKind) => {
  if (alg === 'RS256') return generateKeyPairSync('rsa', { modulusLength: 2048 })
  return alg === 'ES256' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('ed25519')
}

export interface KeyIssuer extends Issuer {
  readonly publicJwk: JWK
  readonly publicPem: string
}

export const keyIssuer = async (alg: KeyKind, kid: string): Promise<KeyIssuer> => {
  const { privateKey, publicKey } = pairOf(alg)
  return {
    publicJwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' },
    publicPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    token: (claims = {}) => new SignJWT(payloadOf(claims)).setProtectedHeader({ alg, kid }).sign(privateKey),
  }
}

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** A token with an arbitrary header and signature. */
export const forgedToken = (header: unknown, claims: Claims = {}, signature = ''): string =>
  `${part(header)}.${part(payloadOf(claims))}.${signature}`
