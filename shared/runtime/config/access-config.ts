import type { ConfigProblem } from './config-error.ts'
import { isLoopback } from './is-loopback.ts'
import type { ServiceValues } from './settings.ts'

/** Settings of the verification of tokens. */
export interface JwtConfig {
  /** A shared secret, and a second one during its change; or the file or URL of the public keys. */
  readonly keys: { readonly secret: string; readonly previous?: string } | { readonly jwks: string }
  readonly audience: string | undefined
  readonly issuer: string | undefined
  readonly leewayS: number
  /** The longest time, in seconds, that a session may last without a new verification of its token. */
  readonly lifeMaxS: number
}

/** The access control of the public port. */
export interface AccessConfig {
  /** Undefined: authentication is off. */
  readonly jwt: JwtConfig | undefined
  /** Undefined: a page may connect only to the origin that served it. */
  readonly allowedOrigins: readonly string[] | undefined
  readonly trustedProxies: readonly string[]
}

const unsafe = 'must be jwt, unless AUTH_ALLOW_OFF is true'

/** Without authentication every client may act for every user: allowed on loopback only, unless AUTH_ALLOW_OFF confirms it. */
const unsafeOff = ({ HOST, NODE_ENV, AUTH_ALLOW_OFF }: ServiceValues): ConfigProblem[] => {
  if (AUTH_ALLOW_OFF) return []
  if (!isLoopback(HOST)) return [{ key: 'AUTH', reason: `${unsafe}: HOST is not a loopback address` }]
  return NODE_ENV === 'production' ? [{ key: 'AUTH', reason: `${unsafe}: NODE_ENV is production` }] : []
}

const ofTokens = ['JWT_SECRET', 'JWT_SECRET_PREVIOUS', 'JWT_JWKS', 'JWT_AUDIENCE', 'JWT_ISSUER'] as const

/** Token settings have no effect while AUTH is off: refused, because the operator expects that tokens are verified. */
const problemsOfOff = (values: ServiceValues): ConfigProblem[] => [
  ...ofTokens.flatMap((key) => (values[key] === undefined ? [] : [{ key, reason: 'needs AUTH=jwt' }])),
  ...unsafeOff(values),
]

const claims = ['JWT_AUDIENCE', 'JWT_ISSUER'] as const

/** An issuer signs tokens of many services with the same keys. A secret is shared with this service only. */
const uncheckedClaims = (values: ServiceValues): ConfigProblem[] => {
  if (values.JWT_JWKS === undefined || values.JWT_ALLOW_UNCHECKED) return []
  const reason = 'must be set with JWT_JWKS, unless JWT_ALLOW_UNCHECKED is true'
  return claims.flatMap((key) => (values[key] === undefined ? [{ key, reason }] : []))
}

const problemsOfJwt = (values: ServiceValues): ConfigProblem[] => {
  const { JWT_SECRET, JWT_SECRET_PREVIOUS, JWT_JWKS } = values
  if (JWT_SECRET === undefined && JWT_JWKS === undefined) {
    return [{ key: 'JWT_SECRET', reason: 'or JWT_JWKS must be set with AUTH=jwt' }]
  }
  if (JWT_SECRET === undefined && JWT_SECRET_PREVIOUS !== undefined) {
    return [{ key: 'JWT_SECRET_PREVIOUS', reason: 'needs JWT_SECRET' }]
  }
  const both = JWT_SECRET !== undefined && JWT_JWKS !== undefined
  return both ? [{ key: 'JWT_SECRET', reason: 'and JWT_JWKS exclude each other' }] : uncheckedClaims(values)
}

/** The problems of the access settings in combination. */
export const accessProblems = (values: ServiceValues): ConfigProblem[] =>
  values.AUTH === 'jwt' ? problemsOfJwt(values) : problemsOfOff(values)

/** The access control of settings without problems; frozen. */
export const accessConfig = (values: ServiceValues): AccessConfig => {
  const { AUTH, JWT_SECRET, JWT_JWKS = '', JWT_AUDIENCE, JWT_ISSUER, JWT_LEEWAY_S, TOKEN_LIFE_MAX_S } = values
  const previous = values.JWT_SECRET_PREVIOUS
  const keys =
    JWT_SECRET === undefined ? { jwks: JWT_JWKS } : { secret: JWT_SECRET, ...(previous === undefined ? {} : { previous }) }
  const jwt = Object.freeze({
    keys,
    audience: JWT_AUDIENCE,
    issuer: JWT_ISSUER,
    leewayS: JWT_LEEWAY_S,
    lifeMaxS: TOKEN_LIFE_MAX_S,
  })
  return Object.freeze({
    jwt: AUTH === 'jwt' ? jwt : undefined,
    allowedOrigins: values.ALLOWED_ORIGINS,
    trustedProxies: Object.freeze([...values.TRUSTED_PROXIES]),
  })
}
