import type { Entry } from '../load/entry.ts'
import { creation } from '../load/entry.ts'
import { isCommand } from './is-command.ts'

/**
 * The facts about the whole run that the invariants need before they read frames:
 * when each command was sent, and when a fault was active.
 */
export interface Outline {
  /** Undefined if it was never sent. */
  firstSent(room: number, command: number): number | undefined
  lastSent(room: number, command: number): number | undefined
  /** The time since which no fault was active; undefined if one was active at `at`. */
  wholeSince(at: number): number | undefined
  /** When a client first knew that the deletion or erasure was done; undefined if none did. */
  deletedAt(command: number): number | undefined
  readonly healedAt: readonly number[]
  readonly endedAt: number
}

/** The history of one process of a run; it may be read several times. */
export interface Entries {
  entries(): Iterable<Readonly<Entry>>
}

interface Sent {
  first: number
  last: number
}

const keyOf = (room: number, command: number): number => (command === creation ? -room : command)

export const outlineOf = (histories: readonly Entries[]): Outline => {
  const sent = new Map<number, Sent>()
  const turns: { readonly at: number; readonly isBroken: boolean }[] = []
  /** By command: the time of its first confirmation or frame. */
  const deletions = new Map<number, number>()
  let endedAt = 0

  const see = ({ kind, event, at, room, command, code }: Readonly<Entry>): void => {
    endedAt = Math.max(endedAt, at)
    if ((event === 'delete-message' || event === 'erase') && (kind === 'ok' || kind === 'frame'))
      deletions.set(command, Math.min(at, deletions.get(command) ?? at))
    if (kind === 'fault') turns.push({ at, isBroken: code === 'broken' })
    if (kind !== 'invoked' || !isCommand(event)) return
    const known = sent.get(keyOf(room, command))
    if (known === undefined) sent.set(keyOf(room, command), { first: at, last: at })
    else Object.assign(known, { first: Math.min(known.first, at), last: Math.max(known.last, at) })
  }

  for (const history of histories) for (const entry of history.entries()) see(entry)
  turns.sort((a, b) => a.at - b.at)

  /** The number of active faults from each time on. */
  const steps = turns.reduce<{ at: number; broken: number }[]>((all, { at, isBroken }) => {
    all.push({ at, broken: (all.at(-1)?.broken ?? 0) + (isBroken ? 1 : -1) })
    return all
  }, [])

  return {
    firstSent: (room, command) => sent.get(keyOf(room, command))?.first,
    lastSent: (room, command) => sent.get(keyOf(room, command))?.last,
    deletedAt: (command) => deletions.get(command),
    wholeSince: (at) => {
      const step = steps.findLast((candidate) => candidate.at <= at)
      if (step === undefined) return 0
      return step.broken > 0 ? undefined : step.at
    },
    healedAt: steps.filter(({ broken }) => broken === 0).map(({ at }) => at),
    endedAt,
  }
}
