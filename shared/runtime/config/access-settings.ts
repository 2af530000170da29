import { isIP } from 'node:net'
import { z } from 'zod'
import { isLoopback } from './is-loopback.ts'
import type { Setting } from './setting.ts'
import { flag, listOf, oneOf, secretBytes, secretText, setting, whole } from './setting.ts'

const isOrigin = (value: string): boolean => {
  try {
    return new URL(value).origin === value && !value.includes('*')
  } catch {
    return false
  }
}

/** No network of proxies is wider; with `0.0.0.0/0` every client would choose its own address. */
const shortestPrefix = 8

/** Whether a text is an address or a network of at least that prefix. */
export const isNetwork = (value: string): boolean => {
  const [address = '', prefix = '', ...rest] = value.split('/')
  const kind = isIP(address)
  const isLength = /^\d{1,3}$/.test(prefix) && Number(prefix) >= shortestPrefix && Number(prefix) <= (kind === 4 ? 32 : 128)
  return kind !== 0 && rest.length === 0 && (prefix === '' || isLength)
}

/** A key set must come over HTTPS: over plain HTTP, a third party could replace it. */
const isJwks = (value: string): boolean => {
  if (!/^[a-z]+:\/\//i.test(value)) return true
  const url = URL.canParse(value) ? new URL(value) : undefined
  return url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname))
}

/** The variables of the access control. */
export const accessSettings = {
  AUTH: setting(
    '`jwt`: every socket and HTTP request needs a token. `off`: every client that can connect has the rights of a back end. The distributed mode has no default',
    '`off` when embedded',
    oneOf('off', 'jwt').optional(),
  ),
  AUTH_ALLOW_OFF: setting(
    '`true`: allows `AUTH=off` also where `HOST` is not a loopback address or `NODE_ENV` is `production`',
    '`false`',
    flag.default(false),
  ),
  JWT_SECRET: setting(
    `key of tokens signed by HS256, at least ${secretBytes} bytes; this or \`JWT_JWKS\``,
    '',
    secretText.optional(),
  ),
  JWT_SECRET_PREVIOUS: setting(
    'second key that is accepted while `JWT_SECRET` changes: the next one at first, then the previous one until its tokens have expired',
    '',
    secretText.optional(),
  ),
  JWT_JWKS: setting(
    'public keys of tokens signed by RS256, ES256 or EdDSA: a file, or an `https://` URL, that holds a JWK set',
    '',
    z.string().refine(isJwks, 'must be a file or a URL that begins with https://').optional(),
  ),
  JWT_AUDIENCE: setting('required `aud` of a token; must be set with `JWT_JWKS`; unset: not checked', '', z.string().optional()),
  JWT_ISSUER: setting('required `iss` of a token; must be set with `JWT_JWKS`; unset: not checked', '', z.string().optional()),
  JWT_LEEWAY_S: setting('tolerated clock difference for `exp` and `nbf`, in seconds', '`5`', whole(0, 60).default(5)),
  JWT_ALLOW_UNCHECKED: setting(
    '`true`: allows `JWT_JWKS` without `JWT_AUDIENCE` or `JWT_ISSUER`; tokens that the issuer made for other services are then accepted',
    '`false`',
    flag.default(false),
  ),
  TOKEN_LIFE_MAX_S: setting(
    'seconds after which a session needs a new verification of a token (`refresh`, or a new connection), even if its token lives longer',
    '`86400`',
    whole(1, 31_536_000).default(86_400),
  ),
  ALLOWED_ORIGINS: setting(
    'exact origins (`https://app.example.com`), separated by commas, whose pages may connect besides the gateway’s own page. With `AUTH=off` also the hosts, besides loopback names, to which clients may connect',
    '',
    listOf(isOrigin, 'must be origins like https://app.example.com, several separated by commas').optional(),
  ),
  TRUSTED_PROXIES: setting(
    'addresses of proxies whose `X-Forwarded-For` is trusted, or networks (`10.40.0.0/28`) that contain only such proxies, because any peer inside can choose its client address; separated by commas',
    '',
    listOf(
      isNetwork,
      `must be addresses or networks like 10.40.0.0/28, none wider than /${shortestPrefix}, several separated by commas`,
    ).default([]),
  ),
  NODE_ENV: setting('`production`: `AUTH=off` is refused', '', z.string().optional()),
} as const satisfies Record<string, Setting>
