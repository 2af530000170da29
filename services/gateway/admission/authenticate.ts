import { createSecretKey } from 'node:crypto'
import type { JWTPayload, JWTVerifyGetKey, JWTVerifyOptions } from 'jose'
import { errors, jwtVerify } from 'jose'
import type { Clock } from '../../../shared/ports/clock.ts'
import { externalUserId } from '../../../shared/protocol/fields.ts'
import type { JwtConfig } from '../../../shared/runtime/config/access-config.ts'
import { StartError } from '../../../shared/runtime/config/start-error.ts'
import type { Times } from '../../../shared/runtime/config/times.ts'
import type { Logger } from '../../../shared/runtime/observability/logger.ts'
import type { Authenticate, Authenticated, TokenFault } from './auth.ts'
import { createKeySource, NoKeysError } from './key-source.ts'
import { loadJwks } from './load-jwks.ts'

/** Verifies JWTs. */
export interface Authenticator {
  readonly authenticate: Authenticate
  /** Resolves when a first load of keys has ended, with or without success. Rejects with `StartError` if the key file cannot be read. */
  start(): Promise<void>
}

/** Settings of the verification of tokens. */
export interface AuthenticatorOptions {
  readonly jwt: JwtConfig
  readonly clock: Clock
  readonly times: Pick<Times, 'jwksCoolDownMs' | 'jwksMaxAgeMs' | 'jwksKeepMs' | 'jwksLoadMs'>
  readonly log: Logger
}

interface Keys {
  readonly algorithms: string[]
  /** A token whose signature does not match the first is verified with the next. */
  readonly sources: readonly [JWTVerifyGetKey, ...JWTVerifyGetKey[]]
  readonly start: () => Promise<void>
}

const secretKeys = ({ secret, previous }: { readonly secret: string; readonly previous?: string }): Keys => {
  const source = (text: string): JWTVerifyGetKey => {
    const key = createSecretKey(text, 'utf8')
    return () => key
  }
  const others = previous === undefined ? [] : [source(previous)]
  return { algorithms: ['HS256'], sources: [source(secret), ...others], start: async () => undefined }
}

const publicKeys = (place: string, { clock, times, log }: AuthenticatorOptions): Keys => {
  const load = loadJwks(place, times.jwksLoadMs)
  const { jwksCoolDownMs: coolDownMs, jwksMaxAgeMs: maxAgeMs, jwksKeepMs: keepMs } = times
  const source = createKeySource({ load, clock, coolDownMs, maxAgeMs, keepMs, log })
  const start = async (): Promise<void> => {
    await source.start()
    // An endpoint may recover. A missing file is a configuration error.
    if (!source.hasKeys && !URL.canParse(place)) throw new StartError('JWT_JWKS: the file cannot be read as a JWK set')
  }
  return { algorithms: ['RS256', 'ES256', 'EdDSA'], sources: [source.keyFor], start }
}

const verifyWith = async (token: string, { sources }: Keys, options: JWTVerifyOptions): Promise<JWTPayload> => {
  const [first, ...others] = sources
  const verify = async (key: JWTVerifyGetKey) => (await jwtVerify(token, key, options)).payload
  let verified = verify(first)
  for (const key of others) {
    verified = verified.catch((error: unknown) => {
      if (error instanceof errors.JWSSignatureVerificationFailed) return verify(key)
      throw error
    })
  }
  return verified
}

const faultOf = (error: unknown): TokenFault => {
  if (error instanceof errors.JWTExpired) return 'token_expired'
  if (!(error instanceof errors.JWTClaimValidationFailed)) return 'token_invalid'
  return error.claim === 'nbf' && error.reason === 'check_failed' ? 'token_early' : 'token_claims'
}

/** The subject must be a valid external user id. A session ends when its token expires, or after `lifeMaxS`. */
const principalOf = ({ sub, iat, exp, role }: JWTPayload, { leewayS, lifeMaxS }: JwtConfig, nowMs: number): Authenticated => {
  const subject = externalUserId.safeParse(sub)
  if (!subject.success || exp === undefined) return { fault: 'token_claims' }
  const expiresAtMs = Math.min((exp + leewayS) * 1_000, nowMs + lifeMaxS * 1_000)
  const issued = iat === undefined ? {} : { issuedAtMs: iat * 1_000 }
  return { principal: { isService: role === 'service', subject: subject.data, ...issued, expiresAtMs } }
}

/** Verifies signature, `exp`, `nbf` and `sub`, and audience and issuer if they are configured. */
export const createAuthenticator = (options: AuthenticatorOptions): Authenticator => {
  const { jwt, clock } = options
  const keys = 'secret' in jwt.keys ? secretKeys(jwt.keys) : publicKeys(jwt.keys.jwks, options)
  const fixed: JWTVerifyOptions = {
    algorithms: keys.algorithms,
    requiredClaims: ['sub', 'exp'],
    clockTolerance: jwt.leewayS,
    ...(jwt.audience === undefined ? {} : { audience: jwt.audience }),
    ...(jwt.issuer === undefined ? {} : { issuer: jwt.issuer }),
  }
  return {
    authenticate: async (token) => {
      if (token === undefined) return { fault: 'token_missing' }
      try {
        const payload = await verifyWith(token, keys, { ...fixed, currentDate: new Date(clock.nowMs()) })
        return principalOf(payload, jwt, clock.nowMs())
      } catch (error) {
        if (error instanceof NoKeysError) return { fault: 'keys_unavailable', retryInMs: error.retryInMs }
        return { fault: faultOf(error) }
      }
    },
    start: keys.start,
  }
}
