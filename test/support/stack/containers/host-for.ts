import { createServer } from 'node:net'
import type { HostForPrograms } from '../host-for-programs.ts'

const isOurs = (address: string): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(0, address, () => probe.close(() => resolve(true)))
  })

/**
 * At the gateway of the containers' network, which on Linux is an address of
 * this machine; where engines run in a machine of their own, by a name that
 * leads to our loopback.
 */
export const hostFor = async (gateway: string | undefined): Promise<HostForPrograms> =>
  gateway !== undefined && (await isOurs(gateway))
    ? { listenOn: gateway, address: gateway }
    : { listenOn: '127.0.0.1', address: 'host.docker.internal' }
