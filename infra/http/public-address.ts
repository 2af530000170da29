import { BlockList, isIP } from 'node:net'

/** Networks that are not of the public Internet (IANA's special-purpose registries). */
const reserved4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
]
/** Of IPv6, only `2000::/3` is public, without these parts, some of which contain IPv4 addresses. */
const public6 = ['2000::/3']
const reserved6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20']

const listOf = (networks: readonly string[]): BlockList => {
  const list = new BlockList()
  for (const network of networks) {
    const [address = '', prefix] = network.split('/')
    const kind = isIP(address) === 4 ? 'ipv4' : 'ipv6'
    if (prefix === undefined) list.addAddress(address, kind)
    else list.addSubnet(address, Number(prefix), kind)
  }
  return list
}

const [reserved4List, public6List, reserved6List] = [listOf(reserved4), listOf(public6), listOf(reserved6)]

const isPublic = (address: string): boolean => {
  // `BlockList` compares an IPv4-mapped address with IPv4 networks, so that it is not public here.
  if (isIP(address) === 4) return !reserved4List.check(address, 'ipv4')
  return public6List.check(address, 'ipv6') && !reserved6List.check(address, 'ipv6')
}

/** Tests whether a request may connect to an address: a public one, unless `isPlain`, or one of the allowed networks. */
export const addressTest = (allowed: readonly string[], isPlain: boolean): ((address: string) => boolean) => {
  const allowedList = listOf(allowed)
  return (address) => {
    const version = isIP(address)
    if (version === 0) return false
    return allowedList.check(address, version === 4 ? 'ipv4' : 'ipv6') || (!isPlain && isPublic(address))
  }
}
