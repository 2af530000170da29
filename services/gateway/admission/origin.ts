import type { IncomingMessage } from 'node:http'
import { isLoopback } from '../../../shared/runtime/config/is-loopback.ts'
import { headerValues } from './request-headers.ts'

export interface OriginRule {
  /** Undefined: a page may connect to where it came from. */
  readonly allowed: readonly string[] | undefined
  /**
   * Authentication is off. A page of any name that resolves to this machine
   * (DNS rebinding) would act as a service, so that the name itself is checked.
   */
  readonly isOpen: boolean
}

const hostName = (host: string): string => {
  const url = `http://${host}`
  return URL.canParse(url) ? new URL(url).hostname : ''
}

/** Whether the page came from the very host that it connects to. Proxies may have taken TLS off, so the scheme does not count. */
const isOwn = (origin: string, host: string): boolean =>
  URL.canParse(origin) && new URL(origin).origin === origin && new URL(origin).host === host.toLowerCase()

const isListedHost = (host: string, allowed: readonly string[]): boolean =>
  allowed.some((origin) => new URL(origin).host === host.toLowerCase())

/**
 * Whether a request with this `Host` is accepted. With authentication off it
 * has to be a loopback name, or the host of an allowed origin: a browser sends
 * the name that a rebound page was loaded from.
 */
export const isAcceptedHost = (request: Pick<IncomingMessage, 'rawHeaders'>, { allowed = [], isOpen }: OriginRule): boolean => {
  if (!isOpen) return true
  const [host = ''] = headerValues(request, 'host')
  return isLoopback(hostName(host)) || isListedHost(host, allowed)
}

/**
 * Whether the origin of a request is accepted. Browsers always send one;
 * other programs send none, and are accepted as far as this goes.
 */
export const isWelcomeOrigin = (request: Pick<IncomingMessage, 'rawHeaders'>, { allowed, isOpen }: OriginRule): boolean => {
  const [origin, ...others] = headerValues(request, 'origin')
  if (origin === undefined) return true
  if (others.length > 0) return false
  if (allowed?.includes(origin) === true) return true
  const [host = ''] = headerValues(request, 'host')
  // With authentication off, a page of this very port on loopback is accepted besides the list.
  if (isOpen) return isOwn(origin, host) && isLoopback(hostName(host))
  return allowed === undefined && isOwn(origin, host)
}
