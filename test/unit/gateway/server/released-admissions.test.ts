import { once } from 'node:events'
import type { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import type { Authenticated } from '../../../../services/gateway/admission/auth.ts'
import { until } from '../../../support/poll.ts'
import { admissionRig, nothingTaken, service, user } from '../admission-rig.ts'

const rounds = 8
const few = { sessionsPerUser: 3, sessionsPerAddress: 3, bindingSessions: 4, connectionsPerAddress: 3, sessionsPerGateway: 5 }

type Rig = Awaited<ReturnType<typeof admissionRig>>

const settled = (rig: Rig): Promise<boolean> =>
  until('everything to be given back', async () => {
    const taken = await rig.taken()
    return Object.values(taken).every((count) => count === 0)
  })

const firstLine = async (socket: Socket): Promise<string> => {
  const [chunk] = (await once(socket, 'data')) as [Buffer]
  return chunk.toString('latin1').split('\r\n', 1)[0] ?? ''
}

/** Expects that another client is admitted, so that no bound is reached. */
const expectRoom = async (rig: Rig): Promise<void> => {
  const socket = await rig.open(rig.upgradeBytes())
  const answer = firstLine(socket)
  const { end } = await rig.verification()
  end(user)
  expect(await answer).toBe('HTTP/1.1 101 Switching Protocols')
  socket.destroy()
  await settled(rig)
}

const isGone = (socket: Socket): Promise<boolean> => until('the server to see that the client left', () => socket.destroyed)

const duringVerification =
  (result: Authenticated) =>
  async (rig: Rig): Promise<void> => {
    const client = await rig.open(rig.upgradeBytes())
    const { socket, end } = await rig.verification()
    client.resetAndDestroy()
    await isGone(socket)
    end(result)
  }

const departures: readonly (readonly [string, (rig: Rig) => Promise<void>])[] = [
  [
    'before the request is complete',
    async (rig) => {
      const client = await rig.open(rig.upgradeBytes().slice(0, 40))
      client.resetAndDestroy()
    },
  ],
  ['while the token of a user is verified', duringVerification(user)],
  ['while the token of a service is verified', duringVerification(service)],
  ['while a token is verified that is then refused', duringVerification({ fault: 'token_invalid' })],
  [
    'by half-closing the connection while the token is verified',
    async (rig) => {
      const client = await rig.open(rig.upgradeBytes())
      const { socket, end } = await rig.verification()
      client.end()
      await until('the end to arrive', () => socket.readableEnded || !socket.readable || socket.readableLength === 0)
      end(user)
      client.resume()
      await once(client, 'close')
    },
  ],
  [
    'with a broken request whose token is good',
    async (rig) => {
      const client = await rig.open(rig.upgradeBytes({ 'Sec-WebSocket-Version': '7' }))
      const { end } = await rig.verification()
      end(user)
      client.resume()
      await once(client, 'end')
      client.resetAndDestroy()
    },
  ],
  [
    'right after the upgrade',
    async (rig) => {
      const client = await rig.open(rig.upgradeBytes())
      const { end } = await rig.verification()
      end(user)
      await firstLine(client)
      client.resetAndDestroy()
    },
  ],
  [
    'while the token of an HTTP request is verified',
    async (rig) => {
      const client = await rig.open(rig.callBytes('{"body":{"users":[]}}'))
      const { socket, end } = await rig.verification()
      client.resetAndDestroy()
      await isGone(socket)
      end(service)
    },
  ],
  [
    'before the body of an HTTP request is complete',
    async (rig) => {
      const client = await rig.open(rig.callBytes('{"bo', 100))
      const { end } = await rig.verification()
      end(service)
      client.resetAndDestroy()
    },
  ],
  [
    'while the outcome of an HTTP request is awaited',
    async (rig) => {
      const made = rig.callsMade()
      const client = await rig.open(rig.callBytes('{"body":{"users":["00000000-0000-7000-8000-000000000001"]}}'))
      const { end } = await rig.verification()
      end(service)
      await until('the call', () => rig.callsMade() === made + 1)
      client.resetAndDestroy()
    },
  ],
]

describe('Admission', () => {
  it.each(departures)('gets back everything it granted if the client disconnects %s', async (_, leave) => {
    await using rig = await admissionRig({ bounds: few })
    for (let round = 0; round < rounds; round += 1) {
      await leave(rig)
      await settled(rig)
    }
    expect(await rig.taken()).toEqual(nothingTaken)
    await expectRoom(rig)
    await rig.api.drain()
    expect(rig.lines.filter((line) => line.includes('"level":"error"'))).toEqual([])
  })

  it('starts no request for an HTTP client that disconnected during the verification of its token', async () => {
    await using rig = await admissionRig()
    const client = await rig.open(rig.callBytes('{"body":{"users":["00000000-0000-7000-8000-000000000001"]}}'))
    const { socket, end } = await rig.verification()
    client.resetAndDestroy()
    await isGone(socket)
    end(service)
    await rig.api.drain()
    expect(rig.callsMade()).toBe(0)
  })

  it('gets back everything it granted if the gateway drains during the verification of a token', async () => {
    await using rig = await admissionRig({ bounds: few })
    const client = await rig.open(rig.upgradeBytes())
    const answer = firstLine(client)
    const { end } = await rig.verification()
    const drained = rig.gateway.drain()
    end(user)
    expect(await answer).toBe('HTTP/1.1 503 Service Unavailable')
    await drained
    await settled(rig)
  })

  it('closes a refused connection whose client keeps its own side open', async () => {
    await using rig = await admissionRig()
    const client = await rig.open(rig.upgradeBytes())
    const { socket, end } = await rig.verification()
    const answer = firstLine(client)
    end({ fault: 'token_invalid' })
    expect(await answer).toBe('HTTP/1.1 401 Unauthorized')
    await isGone(socket)
    client.destroy()
  })
})

describe('Connections of one peer address without a session', () => {
  const open = { bounds: { connectionsPerAddress: 3 } }
  const closed = async (socket: Socket): Promise<void> => {
    socket.resume()
    await Promise.race([once(socket, 'end'), once(socket, 'close')])
  }
  const refused = async ({ metrics }: Rig): Promise<number | undefined> =>
    (await metrics.connectionsRefused.get()).values.find(({ labels }) => labels.reason === 'address_full')?.value

  it('are closed and counted above the bound', async () => {
    await using rig = await admissionRig(open)
    const silent = [await rig.open(), await rig.open(), await rig.open()]
    await closed(await rig.open())
    expect(await refused(rig)).toBe(1)
    expect(silent.map(({ destroyed }) => destroyed)).toEqual([false, false, false])
    silent.pop()?.destroy()
    await until('room for one more', async () => {
      const socket = await rig.open('GET /nothing HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
      const answer = await Promise.race([firstLine(socket), closed(socket)])
      socket.destroy()
      return answer === 'HTTP/1.1 404 Not Found'
    })
    for (const socket of silent) socket.destroy()
  })

  it('no longer count when they carry a session', async () => {
    await using rig = await admissionRig(open)
    const sockets: Socket[] = []
    for (let opened = 0; opened < 6; opened += 1) {
      const socket = await rig.open(rig.upgradeBytes())
      const answer = firstLine(socket)
      const { end } = await rig.verification()
      end(user)
      expect(await answer).toBe('HTTP/1.1 101 Switching Protocols')
      sockets.push(socket)
    }
    for (const socket of sockets) socket.destroy()
    await settled(rig)
  })

  it('are not bounded for a trusted proxy, which carries the connections of many clients', async () => {
    await using rig = await admissionRig({ ...open, trustedProxies: ['127.0.0.0/8'] })
    const sockets = await Promise.all(Array.from({ length: 6 }, () => rig.open()))
    const last = await rig.open(rig.upgradeBytes({ 'X-Forwarded-For': '203.0.113.9' }))
    const { end } = await rig.verification()
    const answer = firstLine(last)
    end(user)
    expect(await answer).toBe('HTTP/1.1 101 Switching Protocols')
    expect(await refused(rig)).toBe(0)
    for (const socket of [...sockets, last]) socket.destroy()
    await settled(rig)
  })
})
