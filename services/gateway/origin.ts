import type { IncomingMessage } from 'node:http'
import { isLoopback } from '../../shared/runtime/is-loopback.ts'
import { headerValues } from './header-values.ts'

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
const isOwn = (origin: string, host: string): boolean =>
  URL.canParse(origin) && new URL(origin).origin === origin && new URL(origin).host === host.toLowerCase()

/**
 * Whether the origin of a request is welcome. Pages always name theirs;
 * other programs name none, and are welcome as far as this goes.
 */
export const isWelcomeOrigin = (request: Pick<IncomingMessage, 'rawHeaders'>, { allowed, isLocalOnly }: OriginRule): boolean => {
  const [origin, ...others] = headerValues(request, 'origin')
  if (origin === undefined) return true
  if (others.length > 0) return false
  if (allowed !== undefined) return allowed.includes(origin)
  const [host = ''] = headerValues(request, 'host')
  return isOwn(origin, host) && (!isLocalOnly || isLoopback(hostName(host)))
}
