import { lookup } from 'node:dns/promises'
import type { LookupFunction } from 'node:net'

/** The host has no address that a request may connect to. */
export class AddressError extends Error {
  override readonly name = 'AddressError'
}

/** Resolves a host name to all its addresses. */
export type Resolve = (host: string) => Promise<readonly { readonly address: string; readonly family: number }[]>

export const resolveHost: Resolve = (host) => lookup(host, { all: true, verbatim: true })

/**
 * The look-up of a connection, which passes on only addresses that are allowed:
 * the socket connects to an address that was checked, so that a second answer of
 * the name server cannot lead elsewhere.
 */
export const checkedLookup =
  (resolve: Resolve, isAllowed: (address: string) => boolean): LookupFunction =>
  (host, { all }, callback) => {
    const answer = async (): Promise<void> => {
      const found = (await resolve(host)).filter(({ address }) => isAllowed(address))
      const [first] = found
      if (first === undefined) throw new AddressError('the host has no address that is allowed')
      if (all === true) callback(null, [...found])
      else callback(null, first.address, first.family)
    }
    answer().catch((error: NodeJS.ErrnoException) => callback(error, '', 0))
  }
