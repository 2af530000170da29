import { creation } from '../../load/entry.ts'
import type { Invariant } from '../judge.ts'
import { createFindings } from '../judge.ts'

interface Sending {
  readonly command: number
  readonly operation: number
}

const pairing = 2 ** 26

/**
 * I6: two messages of one sender to one room on one socket are stored in the
 * order of sending, if neither was refused. A message that was sent more than once
 * counts from its last sending.
 */
export const senderOrder: Invariant = ({ truth }) => {
  const findings = createFindings()
  /** By socket and room, in the order of sending. */
  const lines = new Map<number, Sending[]>()
  const refused = new Set<number>()
  const sendings = new Map<number, { first: number; last: number }>()

  const judgeLine = (room: number, socket: number, line: readonly Sending[]): void => {
    let latest = 0
    for (const { command, operation } of line) {
      const seq = truth.rooms.get(room)?.seqOf(command)
      const { first = 0, last = 0 } = sendings.get(command) ?? {}
      if (seq === undefined || refused.has(operation)) continue
      if (operation === first && seq < latest)
        findings.add(`socket ${socket}, room ${room}: command ${command} stands at ${seq}, an earlier one at ${latest}`)
      if (operation === last) latest = Math.max(latest, seq)
    }
  }

  return {
    see: ({ kind, event, socket, room, command, operation }) => {
      if (kind === 'failed') refused.add(operation)
      if (kind !== 'invoked' || event === 'list-messages' || event === 'resume' || command === creation) return
      const key = room * pairing + socket
      const line = lines.get(key) ?? []
      lines.set(key, line)
      line.push({ command, operation })
      const known = sendings.get(command)
      if (known === undefined) sendings.set(command, { first: operation, last: operation })
      else known.last = operation
    },
    verdict: () => {
      for (const [key, line] of lines) judgeLine(Math.floor(key / pairing), key % pairing, line)
      return findings
    },
  }
}
