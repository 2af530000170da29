/** How gateways and writers connect to servers on this machine. */
export interface HostForPrograms {
  /** The address of this machine to listen on. */
  readonly listenOn: string
  /** The address of this machine from the place where they run. */
  readonly address: string
}

export const loopback: HostForPrograms = { listenOn: '127.0.0.1', address: '127.0.0.1' }
