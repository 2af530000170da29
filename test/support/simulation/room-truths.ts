import type { StoredEvent } from '../../../shared/ports/event-store.ts'
import { membersAffected } from '../../../shared/room-events/membership-effect.ts'
import type { CommittedEvent } from './simulated-store.ts'

/** From the event that adds a user to the one that removes it. */
export interface Span {
  readonly from: number
  readonly fromMs: number
  until: number
  untilMs: number
}

export interface TrueEvent {
  readonly seq: number
  readonly atMs: number
  readonly event: string
  readonly membership: StoredEvent['membership']
  readonly commandId: string
  readonly data: string
  /** The users that it adds or removes. */
  readonly users: readonly string[]
}

/** A room as it is stored: its events by seq, and the memberships of its users. */
export interface RoomTruth {
  readonly events: readonly TrueEvent[]
  readonly spans: ReadonlyMap<string, readonly Span[]>
  /** The last seq that was committed at that time. */
  headAt(atMs: number): number
}

export type Truths = ReadonlyMap<string, RoomTruth>

const spansOf = (events: readonly TrueEvent[]): ReadonlyMap<string, readonly Span[]> => {
  const spans = new Map<string, Span[]>()
  for (const { membership, seq, atMs, users } of events) {
    for (const user of users) {
      const those = spans.get(user) ?? []
      spans.set(user, those)
      const last = those.at(-1)
      const open = last?.until === Number.POSITIVE_INFINITY ? last : undefined
      if (membership === 'adds') {
        if (open === undefined)
          those.push({ from: seq, fromMs: atMs, until: Number.POSITIVE_INFINITY, untilMs: Number.POSITIVE_INFINITY })
      } else if (open !== undefined) {
        open.until = seq
        open.untilMs = atMs
      }
    }
  }
  return spans
}

export const roomTruths = (committed: readonly CommittedEvent[]): Truths => {
  const rooms = new Map<string, TrueEvent[]>()
  for (const { event, atMs } of committed) {
    if (event.type === 'UserCreated') continue
    const events = rooms.get(event.stream) ?? []
    rooms.set(event.stream, events)
    const { seq, commandId, data, name, membership } = event
    const users = membersAffected(membership, JSON.parse(data) as object)
    events.push({ seq, atMs, event: name, membership, commandId, data, users })
  }
  return new Map(
    [...rooms].map(([room, events]) => [
      room,
      { events, spans: spansOf(events), headAt: (atMs) => events.filter((event) => event.atMs <= atMs).length },
    ]),
  )
}

/** Whether the user was a member at some time between the two, and whether at all times. */
export const membershipDuring = (
  truth: RoomTruth | undefined,
  user: string,
  fromMs: number,
  toMs: number,
): { readonly ever: boolean; readonly always: boolean } => {
  const spans = truth?.spans.get(user) ?? []
  return {
    ever: spans.some((span) => span.fromMs <= toMs && span.untilMs >= fromMs),
    always: spans.some((span) => span.fromMs < fromMs && span.untilMs > toMs),
  }
}
