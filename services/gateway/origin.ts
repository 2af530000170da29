import type { IncomingMessage } from 'node:http'
import { isLoopback } from '../../shared/runtime/is-loopback.ts'

export interface OriginRule {
  /** Undefined: a page may connect to where it came from. */
  readonly allowed: readonly string[] | undefined
  /** Only this machine connects, and nobody is asked who he is: a name that leads here by a trick is not ours. */
  readonly isLocalOnly: boolean
}

const hostName = (host: string): string => {
  const url = `http://${host}`
  return URL.canParse(url) ? new URL(url).hostname : ''
}

/** Whether the page came from the very host that it connects to. Proxies may have taken TLS off, so the scheme does not count. */
const isOwn = (origin: string, host: string | undefined): boolean =>
  URL.canParse(origin) && host !== undefined && new URL(origin).origin === origin && new URL(origin).host === host.toLowerCase()

/**
 * Whether the origin of a request is welcome. Pages always name theirs;
 * other programs name none, and are welcome as far as this goes.
 */
export const isWelcomeOrigin = (
  { headers, headersDistinct }: Pick<IncomingMessage, 'headers' | 'headersDistinct'>,
  { allowed, isLocalOnly }: OriginRule,
): boolean => {
  const [origin, ...others] = headersDistinct.origin ?? []
  if (origin === undefined) return true
  if (others.length > 0) return false
  if (allowed !== undefined) return allowed.includes(origin)
  return isOwn(origin, headers.host) && (!isLocalOnly || isLoopback(hostName(headers.host ?? '')))
}
