import { BlockList, isIP } from 'node:net'

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8)
loopback.addAddress('::1', 'ipv6')

/** Whether the host name or address is a loopback one. */
export const isLoopback = (host: string): boolean => {
  const address = host.replace(/^\[(.*)\]$/, '$1')
  const kind = isIP(address)
  return host === 'localhost' || (kind !== 0 && loopback.check(address, kind === 4 ? 'ipv4' : 'ipv6'))
}
