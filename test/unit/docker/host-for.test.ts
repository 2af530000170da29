import { describe, expect, it } from 'vitest'
import { hostFor } from '../../testing/containers/host-for.ts'

describe('hostFor', () => {
  it('returns an address of this machine on the network of the containers', async () => {
    expect(await hostFor('127.0.0.2')).toEqual({ listenOn: '127.0.0.2', address: '127.0.0.2' })
  })

  it.each([undefined, '192.0.2.1'])('returns a name where %s is not an address of this machine', async (gateway) => {
    expect(await hostFor(gateway)).toEqual({ listenOn: '127.0.0.1', address: 'host.docker.internal' })
  })
})
