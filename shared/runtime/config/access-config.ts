import type { ConfigProblem } from './config-error.ts'
import { isLoopback } from './is-loopback.ts'
import type { ServiceValues } from './settings.ts'

/** How tokens are verified. */
export interface JwtConfig {
  /** A shared secret, or where the public keys are: a file or a URL. */
  readonly keys: { readonly secret: string } | { readonly jwks: string }
  readonly audience: string | undefined
  readonly issuer: string | undefined
  readonly leewayS: number
  /** The longest life of a session by one verification of its token. */
  readonly lifeMaxS: number
}

/** Who gets in. */
export interface AccessConfig {
  /** Undefined: authentication is off. */
  readonly jwt: JwtConfig | undefined
  /** Undefined: a page may connect to where it came from. */
  readonly allowedOrigins: readonly string[] | undefined
  readonly trustedProxies: readonly string[]
}

const wide = 'must be jwt, or AUTH_ALLOW_OFF be true as well'

/** Whoever can connect may act for everybody: only on one's own machine, unless it is said twice. */
const whyNotOff = ({ HOST, NODE_ENV, AUTH_ALLOW_OFF }: ServiceValues): ConfigProblem[] => {
  if (AUTH_ALLOW_OFF) return []
  if (!isLoopback(HOST)) return [{ key: 'AUTH', reason: `${wide}: HOST is not a loopback address` }]
  return NODE_ENV === 'production' ? [{ key: 'AUTH', reason: `${wide}: NODE_ENV is production` }] : []
}

const ofTokens = ['JWT_SECRET', 'JWT_JWKS', 'JWT_AUDIENCE', 'JWT_ISSUER'] as const

/** Somebody who configures tokens believes that they are asked for. */
const problemsOfOff = (values: ServiceValues): ConfigProblem[] => [
  ...ofTokens.flatMap((key) => (values[key] === undefined ? [] : [{ key, reason: 'needs AUTH=jwt' }])),
  ...whyNotOff(values),
]

const claims = ['JWT_AUDIENCE', 'JWT_ISSUER'] as const

/** An issuer signs tokens of many services with the same keys. A secret is shared with this service only. */
const uncheckedClaims = (values: ServiceValues): ConfigProblem[] => {
  if (values.JWT_JWKS === undefined || values.JWT_ALLOW_UNCHECKED) return []
  const reason = 'has to be set with JWT_JWKS, or JWT_ALLOW_UNCHECKED be true'
  return claims.flatMap((key) => (values[key] === undefined ? [{ key, reason }] : []))
}

const problemsOfJwt = (values: ServiceValues): ConfigProblem[] => {
  const { JWT_SECRET, JWT_JWKS } = values
  if (JWT_SECRET === undefined && JWT_JWKS === undefined) {
    return [{ key: 'JWT_SECRET', reason: 'or JWT_JWKS has to be set with AUTH=jwt' }]
  }
  const both = JWT_SECRET !== undefined && JWT_JWKS !== undefined
  return both ? [{ key: 'JWT_SECRET', reason: 'and JWT_JWKS exclude each other' }] : uncheckedClaims(values)
}

export const accessProblems = (values: ServiceValues): ConfigProblem[] =>
  values.AUTH === 'jwt' ? problemsOfJwt(values) : problemsOfOff(values)

export const accessConfig = (values: ServiceValues): AccessConfig => {
  const { AUTH, JWT_SECRET, JWT_JWKS = '', JWT_AUDIENCE, JWT_ISSUER, JWT_LEEWAY_S, TOKEN_LIFE_MAX_S } = values
  const keys = JWT_SECRET === undefined ? { jwks: JWT_JWKS } : { secret: JWT_SECRET }
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
