import type { Socket } from 'node:net'
import { connect } from 'node:net'
import { delayedFlow } from './delayed-flow.ts'
import type { Cut, Direction } from './link.ts'

/** The faults of a link, read for every chunk. */
export interface LinkFaults {
  cut: Cut | undefined
  droppedDirection: Direction
  delayMs: number
}

export interface ProxiedConnection {
  /** Ends both sides with an RST. */
  reset(): void
  /** Called once, when both sides are closed. */
  onClosed(listener: () => void): void
}

const isDropping = (faults: LinkFaults, direction: Direction): boolean =>
  faults.cut === 'black-hole' && (faults.droppedDirection === 'both' || faults.droppedDirection === direction)

/** Forwards bytes and the close from one side to the other, unless the link is a black hole, which drops them. */
const forward = (from: Socket, to: Socket, faults: LinkFaults, direction: Direction): void => {
  delayedFlow(from, to, {
    delayMs: () => faults.delayMs,
    isDropping: () => isDropping(faults, direction),
  })
  from.on('error', () => {})
  from.once('close', (hadError) => {
    if (isDropping(faults, direction) || to.destroyed) return
    if (hadError) to.resetAndDestroy()
    // Without an error the end was forwarded, and `to` closes after it has written all bytes.
  })
}

const countdown = (count: number, done: () => void): (() => void) => {
  let left = count
  return () => {
    left -= 1
    if (left === 0) done()
  }
}

/** Connects a client's socket to the target; without a target if a black hole is active at the beginning. */
export const proxiedConnection = (client: Socket, targetPort: number, faults: LinkFaults): ProxiedConnection => {
  const sides = [client]
  if (faults.cut === 'black-hole' && faults.droppedDirection === 'both') {
    client.on('error', () => {}).resume()
  } else {
    const target = connect({
      port: targetPort,
      host: '127.0.0.1',
      allowHalfOpen: true,
      noDelay: true,
    })
    sides.push(target)
    forward(client, target, faults, 'requests')
    forward(target, client, faults, 'answers')
  }
  return {
    reset: () => {
      for (const side of sides) side.resetAndDestroy()
    },
    onClosed: (listener) => {
      const closed = countdown(sides.length, listener)
      for (const side of sides) side.once('close', closed)
    },
  }
}
