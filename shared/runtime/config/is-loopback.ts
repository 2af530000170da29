import { BlockList, isIP } from 'node:net'

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8)
loopback.addAddress('::1', 'ipv6')

/** Whether only this machine is reached by that host name or address. */
export const isLoopback = (host: string): boolean => {
  const address = host.replace(/^\[(.*)\]$/, '$1')
  const kind = isIP(address)
  return host === 'localhost' || (kind !== 0 && loopback.check(address, kind === 4 ? 'ipv4' : 'ipv6'))
}
