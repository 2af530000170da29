import { BlockList, isIP } from 'node:net'

/** Determines the client address of a request from its peer address and its `X-Forwarded-For` header. */
export type ClientAddress = (peer: string | undefined, forwardedFor: string | undefined) => string

const kindOf = (address: string): 'ipv4' | 'ipv6' | undefined => {
  const version = isIP(address)
  return version === 0 ? undefined : version === 4 ? 'ipv4' : 'ipv6'
}

/** Unwraps an IPv4-mapped IPv6 address (`::ffff:a.b.c.d`). */
export const unwrapped = (address: string): string => /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address

/** Removes the port that some proxies append to the address. */
const hopAddress = (hop: string): string =>
  unwrapped(/^\[(.+)\](?::\d+)?$/.exec(hop)?.[1] ?? /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(hop)?.[1] ?? hop)

const blockListOf = (networks: readonly string[]): BlockList => {
  const list = new BlockList()
  for (const network of networks) {
    const [address = '', prefix] = network.split('/')
    const kind = kindOf(address)
    if (kind === undefined) throw new Error(`not an address or network: ${network}`)
    if (prefix === undefined) list.addAddress(address, kind)
    else list.addSubnet(address, Number(prefix), kind)
  }
  return list
}

/** Tests whether an unwrapped address is one of the trusted proxies. */
export const trustedProxyTest = (trustedProxies: readonly string[]): ((address: string) => boolean) => {
  const trusted = blockListOf(trustedProxies)
  return (address) => {
    const kind = kindOf(address)
    return kind !== undefined && trusted.check(address, kind)
  }
}

/**
 * Reads `X-Forwarded-For` from its end, where the nearest proxy wrote, and only
 * as far as the writer of each hop is a trusted proxy. Entries that the client
 * itself may have written are ignored.
 */
export const clientAddress = (trustedProxies: readonly string[]): ClientAddress => {
  const isTrusted = trustedProxyTest(trustedProxies)
  return (peer, forwardedFor) => {
    let address = unwrapped(peer ?? '')
    const hops = forwardedFor?.split(',').map((hop) => hopAddress(hop.trim())) ?? []
    while (isTrusted(address)) {
      const before = hops.pop()
      if (before === undefined || kindOf(before) === undefined) break
      address = before
    }
    return address
  }
}

/** The key for limits per address: an IPv6 address counts as its /64 network. */
export const addressKey = (address: string): string => {
  if (kindOf(address) !== 'ipv6') return address
  const [head = '', tail] = (address.split('%')[0] ?? '').split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length)
  const groups = [...left, ...Array.from({ length: zeros }, () => '0'), ...right].slice(0, 4)
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`
}
