import type { EntryCode } from '../../load/entry.ts'
import { creation, foreign } from '../../load/entry.ts'
import { isCommand } from '../is-command.ts'
import type { Invariant } from '../judge.ts'
import { createFindings } from '../judge.ts'

/** Codes with which the service states that it did not accept this sending. */
const refusals: ReadonlySet<EntryCode> = new Set([
  'invalid',
  'unbound',
  'forbidden',
  'unknown_user',
  'unknown_message',
  'rate_limited',
  'unavailable',
])

/** I2: no event appears that was never sent, or of which every sending was refused. */
export const nothingUnsent: Invariant = ({ truth, outline }) => {
  const findings = createFindings(truth.flaws.I2)
  const sendings = new Map<string, number>()
  const count = (key: string, by: number): void => void sendings.set(key, (sendings.get(key) ?? 0) + by)

  const seeFrame = (room: number, seq: number, command: number): void => {
    if (room === foreign) return findings.add('a frame of a room that this run did not make')
    const stored = truth.rooms.get(room)
    if (stored === undefined || seq > stored.head) return findings.add(`room ${room}: the store has no ${seq}`)
    const known = stored.commandAt(seq)
    if (known !== undefined && known !== command)
      findings.add(`room ${room}: ${seq} came as command ${command} and is stored as ${known}`)
  }

  const judgeStored = (room: number, seq: number, command: number): void => {
    if (command === foreign) return
    if (outline.firstSent(room, command) === undefined) findings.add(`room ${room}: ${seq} was never sent`)
    else if (sendings.get(`${room} ${command}`) === 0)
      findings.add(`room ${room}: every sending of ${seq} was refused, and it is stored`)
  }

  return {
    see: ({ kind, event, code, room, seq, command }) => {
      if (kind === 'frame') seeFrame(room, seq, command)
      if (!isCommand(event)) return
      if (kind === 'invoked') count(`${room} ${command}`, 1)
      if (kind === 'failed' && refusals.has(code)) count(`${room} ${command}`, -1)
    },
    verdict: () => {
      for (const [room, stored] of truth.rooms)
        for (let seq = 1; seq <= stored.head; seq += 1) judgeStored(room, seq, stored.commandAt(seq) ?? creation)
      return findings
    },
  }
}
