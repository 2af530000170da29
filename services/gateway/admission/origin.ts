import type { IncomingMessage } from 'node:http'
import { isLoopback } from '../../../shared/runtime/config/is-loopback.ts'
import { headerValues } from './request-headers.ts'

/** Which origins and hosts are accepted. */
export interface OriginRule {
  /** Origins that are allowed besides the gateway's own. */
  readonly allowed: readonly string[] | undefined
  /**
   * Authentication is off. A page of any host name that resolves to this machine
   * (DNS rebinding) could act as a service, so the `Host` header is checked too.
   */
  readonly isOpen: boolean
}

const hostName = (host: string): string => URL.parse(`http://${host}`)?.hostname ?? ''

/** Whether the page was served by the host that it connects to. The scheme is ignored, because a proxy may terminate TLS. */
const isOwn = (origin: string, host: string): boolean =>
  URL.canParse(origin) && new URL(origin).origin === origin && new URL(origin).host === host.toLowerCase()

const isListedHost = (host: string, allowed: readonly string[]): boolean =>
  allowed.some((origin) => new URL(origin).host === host.toLowerCase())

/**
 * Whether the `Host` header is accepted. With authentication off it must be a
 * loopback name or the host of an allowed origin, because a browser sends the
 * host name from which a rebound page was loaded.
 */
export const isAcceptedHost = (request: Pick<IncomingMessage, 'rawHeaders'>, { allowed = [], isOpen }: OriginRule): boolean => {
  if (!isOpen) return true
  const [host = ''] = headerValues(request, 'host')
  return isLoopback(hostName(host)) || isListedHost(host, allowed)
}

/**
 * Whether the origin of a request is accepted. Browsers always send one; other
 * programs send none, and are accepted here. The gateway's own page is accepted
 * besides the list, unless the list names its host: an `https` entry must not
 * let the `http` page of the same host in.
 */
export const isAcceptedOrigin = (request: Pick<IncomingMessage, 'rawHeaders'>, { allowed = [], isOpen }: OriginRule): boolean => {
  const [origin, ...others] = headerValues(request, 'origin')
  if (origin === undefined) return true
  if (others.length > 0) return false
  if (allowed.includes(origin)) return true
  const [host = ''] = headerValues(request, 'host')
  if (!isOwn(origin, host) || isListedHost(host, allowed)) return false
  return !isOpen || isLoopback(hostName(host))
}
