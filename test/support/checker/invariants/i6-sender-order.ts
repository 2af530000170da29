import type { Entry, OperationEvent } from '../../load/entry.ts'
import { creation } from '../../load/entry.ts'
import { isCommand } from '../is-command.ts'
import type { Invariant } from '../judge.ts'
import { createFindings } from '../judge.ts'
import { timedSpansOf } from '../stored-times.ts'

/** One sending of a command, and its outcome. */
interface Sending {
  readonly command: number
  readonly operation: number
  readonly user: number
  readonly mayBeForbidden: boolean
  outcome: 'none' | 'ok' | 'failed' | 'forbidden' | 'unknown'
  settledAt: number
}

/** All sendings of a command: the operations of the first and last one, and the time of the second one. */
interface Sendings {
  readonly first: number
  last: number
  againAt: number
}

const pairing = 2 ** 26

/** Commands have numbers of their own, but for the creations, which are one in each room. */
const keyOf = (room: number, command: number): number => (command === creation ? -room : command)

/** What every member may do. */
const openToMembers: ReadonlySet<OperationEvent> = new Set(['create-chat', 'new-message', 'add-users', 'set-reaction'])

/** The highest seq of the sendings that were confirmed before that time. */
const latestConfirmed = (counted: readonly (readonly [number, Sending])[], before: number): number =>
  Math.max(0, ...counted.map(([seq, { outcome, settledAt }]) => (outcome === 'ok' && settledAt < before ? seq : 0)))

/**
 * I6: two commands on one socket to one room are stored in the order of sending,
 * if neither was refused. Of a command that was sent more than once, the last
 * sending counts, if it was confirmed; its second sending, on another socket, may
 * overtake commands that are not confirmed yet. No command of the creator is
 * refused as if it had come before the creation of the room.
 */
export const senderOrder: Invariant = ({ truth, terms: { isOneClock = false } }) => {
  const findings = createFindings()
  /** By socket and room, in the order of sending. */
  const lines = new Map<number, Sending[]>()
  const pending = new Map<number, Sending>()
  const commands = new Map<number, Sendings>()

  /** The sender is the creator, who was not removed yet, and only the creator may remove others. */
  const overtookCreation = (room: number, { outcome, user, mayBeForbidden, settledAt }: Sending): boolean => {
    const [span] = timedSpansOf(truth.rooms.get(room), user)
    return isOneClock && outcome === 'forbidden' && !mayBeForbidden && span?.from === 1 && span.untilAt > settledAt
  }

  const judgeLine = (room: number, socket: number, line: readonly Sending[]): void => {
    const counted: [number, Sending][] = []
    let latest = 0
    for (const sending of line) {
      const { command, operation, outcome } = sending
      const seq = truth.rooms.get(room)?.seqOf(command)
      const { first, last, againAt } = commands.get(keyOf(room, command)) as Sendings
      if (seq === undefined && first === last && latest === 1 && overtookCreation(room, sending))
        findings.add(`socket ${socket}, room ${room}: command ${command} overtook the creation of the room`)
      if (seq === undefined || outcome === 'failed' || outcome === 'forbidden') continue
      const before = first === last ? latest : latestConfirmed(counted, againAt)
      if (operation === first && seq < before)
        findings.add(`socket ${socket}, room ${room}: command ${command} is stored at ${seq}, an earlier one at ${before}`)
      if (operation !== last || (first !== last && outcome !== 'ok')) continue
      latest = Math.max(latest, seq)
      counted.push([seq, sending])
    }
  }

  const seeSending = ({ at, event, socket, room, command, operation, user }: Readonly<Entry>): void => {
    const key = room * pairing + socket
    const line = lines.get(key) ?? []
    lines.set(key, line)
    const sending: Sending = {
      ...{ command, operation, user, mayBeForbidden: !openToMembers.has(event) },
      ...{ outcome: 'none', settledAt: Number.POSITIVE_INFINITY },
    }
    line.push(sending)
    pending.set(operation, sending)
    const known = commands.get(keyOf(room, command))
    if (known === undefined)
      commands.set(keyOf(room, command), { first: operation, last: operation, againAt: Number.POSITIVE_INFINITY })
    else Object.assign(known, { last: operation, againAt: Math.min(known.againAt, at) })
  }

  const seeOutcome = (operation: number, outcome: Sending['outcome'], at: number): void => {
    Object.assign(pending.get(operation) ?? {}, { outcome, settledAt: at })
    pending.delete(operation)
  }

  return {
    see: (entry) => {
      const { kind, event, operation, at, code } = entry
      if (kind === 'invoked' && isCommand(event)) seeSending(entry)
      if (kind === 'ok' || kind === 'unknown') seeOutcome(operation, kind, at)
      if (kind === 'failed') seeOutcome(operation, code === 'forbidden' ? 'forbidden' : 'failed', at)
    },
    verdict: () => {
      for (const [key, line] of lines) judgeLine(Math.floor(key / pairing), key % pairing, line)
      return findings
    },
  }
}
