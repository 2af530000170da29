import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import { connect, createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { listen } from '../../../../shared/runtime/process/listen.ts'

const established = '01'

/** Connections to the port by their state, as the kernel counts them at this moment. */
const establishedTo = (port: number): number => {
  const remote = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`
  const rows = readFileSync('/proc/net/tcp', 'utf8').trim().split('\n').slice(1)
  const connections = rows
    .map((row) => row.trim().split(/\s+/))
    .filter(([, , to, state]) => to === remote && state === established)
  // The kernel may list a connection twice if others open or close meanwhile.
  return new Set(connections.map(([, from]) => from)).size
}

describe.skipIf(process.platform !== 'linux')('listen', () => {
  it('queues 2,000 simultaneous connections, so that none is retried after a second', async () => {
    const accepted: Socket[] = []
    const server = createServer((socket) => accepted.push(socket))
    const { port } = await listen(server, '127.0.0.1', 0, 'PORT')
    const clients = Array.from({ length: 2_000 }, () => connect({ host: '127.0.0.1', port }).on('error', () => {}))
    // Node connects in the next tick; nothing is accepted before the event loop turns.
    await new Promise((resolve) => process.nextTick(resolve))
    expect(accepted).toHaveLength(0)
    expect(establishedTo(port)).toBe(2_000)
    for (const socket of [...clients, ...accepted]) socket.destroy()
    server.close()
    await once(server, 'close')
  })
})
