import { createHmac, randomBytes } from 'node:crypto'
import type { Environment } from '../support/stack/server.ts'

/** Signs tokens that the gateways of one stack accept. */
export interface TokenIssuer {
  readonly secret: string
  /** A token for a user by its external id, valid for an hour. `role: 'service'` may act for every user. */
  tokenFor(externalId: string, claims?: Readonly<Record<string, unknown>>): string
}

const lifeS = 3_600

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** The variables of a service that accepts the tokens of this issuer. */
export const accessFor = (issuer: TokenIssuer | undefined): Environment =>
  issuer === undefined ? {} : { AUTH: 'jwt', JWT_SECRET: issuer.secret }

/** Creates an issuer that signs by HS256 with a random secret. */
export const tokenIssuer = (): TokenIssuer => {
  const secret = randomBytes(32).toString('hex')
  return {
    secret,
    tokenFor: (externalId, claims = {}) => {
      const exp = Math.floor(Date.now() / 1_000) + lifeS
      const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ sub: externalId, exp, ...claims })}`
      return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
    },
  }
}
