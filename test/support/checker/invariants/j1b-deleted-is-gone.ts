import type { Entry } from '../../load/entry.ts'
import type { Invariant } from '../judge.ts'
import { createFindings } from '../judge.ts'

interface OpenResume {
  readonly operation: number
  readonly from: number
  readonly at: number
}

/** The replays of one socket in one room. */
interface Replays {
  /** The resumes that are not answered. */
  open: OpenResume[]
  /** The highest seq that has arrived: a lower one is replayed. */
  highest: number
}

/**
 * J1b: once a client knows that a message was deleted, its content appears in nothing that begins later: not in the feed
 * of a later socket, not in the replay of a later resume, and a later list includes the deletion (J1 compares its text).
 * A frame that a connected socket receives late may have been on its way before.
 */
export const deletedIsGone: Invariant = ({ truth, outline, sockets }) => {
  const findings = createFindings()
  const replays = new Map<string, Replays>()
  const invokedAt = new Map<number, number>()
  const pages = new Map<number, number>()

  const replaysOf = ({ socket, room }: Readonly<Entry>): Replays => {
    const key = `${socket} ${room}`
    const known = replays.get(key) ?? { open: [], highest: 0 }
    replays.set(key, known)
    return known
  }

  /** When the deletion that removes the content of the event was known; undefined: the entry does not show that content. */
  const removedAt = (room: number, seq: number, crc: number): number | undefined => {
    const stored = truth.rooms.get(room)
    const redaction = stored?.redactionOf(seq)
    if (redaction === undefined || redaction.crc === crc) return undefined
    const command = stored?.commandAt(redaction.by)
    return command === undefined ? undefined : outline.deletedAt(command)
  }

  /** When the delivery of the frame began at the earliest; undefined: before, or it is not known. */
  const begunAt = (entry: Readonly<Entry>): number | undefined => {
    const { open, highest } = replaysOf(entry)
    const covering = open.filter(({ from }) => from < entry.seq)
    if (entry.seq <= highest && covering.length > 0) return Math.min(...covering.map(({ at }) => at))
    return sockets.get(entry.socket)?.openedAt
  }

  const judgeFrame = (entry: Readonly<Entry>): void => {
    const { socket, room, seq, crc } = entry
    const removed = removedAt(room, seq, crc)
    const begun = begunAt(entry)
    if (removed !== undefined && begun !== undefined && begun > removed)
      findings.add(`socket ${socket}, room ${room}: ${seq} has the text of a message that was deleted before`)
    const known = replaysOf(entry)
    known.highest = Math.max(known.highest, seq)
  }

  const judgeListed = ({ room, seq, operation }: Readonly<Entry>): void => {
    const stored = truth.rooms.get(room)
    const { by } = stored?.redactionOf(seq) ?? {}
    const [asOf, begun] = [pages.get(operation), invokedAt.get(operation)]
    if (by === undefined || asOf === undefined || begun === undefined || asOf >= by) return
    const removed = outline.deletedAt(stored?.commandAt(by) ?? 0)
    if (removed !== undefined && begun > removed)
      findings.add(`room ${room}: a list as of ${asOf} began after the deletion ${by} of message ${seq}`)
  }

  const seeResume = (entry: Readonly<Entry>): void => {
    const known = replaysOf(entry)
    if (entry.kind === 'resuming') known.open.push({ operation: entry.operation, from: entry.seq, at: entry.at })
    else known.open = known.open.filter(({ operation }) => operation !== entry.operation)
  }

  return {
    see: (entry) => {
      const { kind, event, operation, at, seq } = entry
      if (kind === 'frame') judgeFrame(entry)
      else if (kind === 'resuming' || kind === 'resumed') seeResume(entry)
      else if (kind === 'invoked' && event === 'list-messages') invokedAt.set(operation, at)
      else if (kind === 'page') pages.set(operation, seq)
      else if (kind === 'listed') judgeListed(entry)
      else if (kind === 'reset') replaysOf(entry).highest = seq
    },
    verdict: () => findings,
  }
}
