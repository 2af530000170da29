import type { BackingName } from './stack.ts'
import type { TcpProxy } from './tcp-proxy.ts'
import { tcpProxy } from './tcp-proxy.ts'

export type RoleLinks = Readonly<Record<BackingName, TcpProxy>>
/** The target port of a link; called for every connection, because proxies start before the services. */
export type LinkTarget = (role: string, service: BackingName) => number

/** One proxy for each role and service. */
export interface LinkMap extends AsyncDisposable {
  readonly roles: ReadonlyMap<string, RoleLinks>
  /** The links of this role, or of its tier: `gateway-2` may use those of `gateway`. */
  of(role: string | undefined): RoleLinks | undefined
}

const rolePattern = /^[a-z][a-z0-9-]*$/

const openRole = async (role: string, target: LinkTarget, host: string): Promise<RoleLinks> => {
  if (!rolePattern.test(role) || role === 'direct') throw new Error(`"${role}" is not a valid name of a role`)
  return {
    kafka: await tcpProxy(() => target(role, 'kafka'), host),
    postgres: await tcpProxy(() => target(role, 'postgres'), host),
    redis: await tcpProxy(() => target(role, 'redis'), host),
  }
}

export const openLinks = async (names: readonly string[], target: LinkTarget, host = '127.0.0.1'): Promise<LinkMap> => {
  const roles = new Map<string, RoleLinks>()
  for (const name of names) roles.set(name, await openRole(name, target, host))
  return {
    roles,
    of: (role) => (role === undefined ? undefined : (roles.get(role) ?? roles.get(role.replace(/-\d+$/, '')))),
    [Symbol.asyncDispose]: async () => {
      const proxies = [...roles.values()].flatMap((links) => Object.values(links))
      await Promise.all(proxies.map((proxy) => proxy[Symbol.asyncDispose]()))
    },
  }
}
