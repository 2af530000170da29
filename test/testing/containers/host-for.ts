import { createServer } from 'node:net'
import type { HostForPrograms } from '../../support/stack/host-for-programs.ts'

const isLocalAddress = (address: string): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(0, address, () => probe.close(() => resolve(true)))
  })

/**
 * The address of this machine for containers: the gateway of their network, which
 * on Linux is an address of this machine; if the engine runs in a virtual machine,
 * a host name that resolves to this machine.
 */
export const hostFor = async (gateway: string | undefined): Promise<HostForPrograms> =>
  gateway !== undefined && (await isLocalAddress(gateway))
    ? { listenOn: gateway, address: gateway }
    : { listenOn: '127.0.0.1', address: 'host.docker.internal' }
