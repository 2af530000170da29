import type { Entry } from '../../load/entry.ts'
import { isCommand } from '../is-command.ts'
import type { Invariant } from '../judge.ts'
import { createFindings } from '../judge.ts'

/**
 * A timeout violates I10 only if the command was stored this long before, without a fault since:
 * longer than a lookup may wait for the database.
 */
const lookUpMs = 9_000

/**
 * I10: memory is bounded, no partition is stuck, and the first confirmation
 * follows soon after a fault ends. A room is on a stuck partition if a command
 * was sent after the last fault and none was confirmed. No client gets a timeout
 * for a command that has long been stored.
 */
export const bounded: Invariant = ({ truth, outline, terms }) => {
  const findings = createFindings()
  const lastHealedAt = outline.healedAt.at(-1) ?? 0
  const sendings: number[] = []
  const confirmations: number[] = []
  const waiting = new Set<number>()
  const served = new Set<number>()

  const judgeHealing = (healedAt: number): void => {
    const asked = sendings.find((at) => at >= healedAt)
    if (asked === undefined) return
    const tookMs = (confirmations.find((at) => at >= healedAt) ?? outline.endedAt) - asked
    if (tookMs > terms.firstConfirmationMs) findings.add(`the first confirmation after a fault took ${Math.round(tookMs)} ms`)
  }

  const judgeTimeout = ({ at, room, command, socket }: Readonly<Entry>): void => {
    const stored = truth.rooms.get(room)
    const storedAt = stored?.storedAt(stored.seqOf(command) ?? 0)
    const wholeSince = outline.wholeSince(at)
    if (storedAt === undefined || wholeSince === undefined) return
    if (at - Math.max(storedAt, wholeSince) > lookUpMs)
      findings.add(
        `socket ${socket}, room ${room}: a timeout for command ${command}, which was stored ${Math.round(at - storedAt)} ms before`,
      )
  }

  /** Answers to reads do not show that commands are confirmed. */
  const seeCommand = ({ kind, at, room }: Readonly<Entry>): void => {
    if (kind === 'ok') confirmations.push(at)
    if (kind === 'invoked') sendings.push(at)
    if (kind === 'invoked' && at >= lastHealedAt) waiting.add(room)
    if (kind === 'ok' && at >= lastHealedAt) served.add(room)
  }

  return {
    see: (entry) => {
      const { kind, event, seq, user, socket, room, code, operation, at } = entry
      if (kind === 'unknown' && code === 'timeout') judgeTimeout(entry)
      if (isCommand(event)) seeCommand(entry)
      if (kind === 'memory' && seq > terms.memoryKib) findings.add(`process ${user} uses ${seq} KiB`)
      if (kind === 'unknown' && code === 'silence' && outline.wholeSince(at) !== undefined)
        findings.add(`socket ${socket}, room ${room}: no outcome of operation ${operation}`)
    },
    verdict: () => {
      sendings.sort((a, b) => a - b)
      confirmations.sort((a, b) => a - b)
      for (const healedAt of outline.healedAt) judgeHealing(healedAt)
      if (terms.firstConfirmationMs === Number.POSITIVE_INFINITY) return findings
      for (const room of waiting) if (!served.has(room)) findings.add(`room ${room}: no command is confirmed any more`)
      return findings
    },
  }
}
