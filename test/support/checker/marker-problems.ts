import type { ReadMarker } from '../../../shared/domain/read-marker.ts'
import { laterMarker } from '../../../shared/domain/read-marker.ts'
import type { CountedEvent } from './unread-recount.ts'
import { recountUnread } from './unread-recount.ts'

/** The marker of a member and its counts, as an answer shows them. */
export interface ObservedMarker {
  readonly room: string
  readonly user: string
  readonly read: ReadMarker
  readonly unread: number
  readonly mentions: number
  /** The last seq of the room in the snapshot of the answer. */
  readonly asOf: number
  /** The marker that the answered request has sent. */
  readonly sent?: ReadMarker | undefined
}

/** A marker in the store when the run is over. */
export interface StoredMarker {
  readonly room: string
  readonly user: string
  readonly read: ReadMarker
}

/** What is known of a run. */
export interface MarkerRun {
  /** The events of each room, in order. */
  readonly events: ReadonlyMap<string, readonly CountedEvent[]>
  readonly observed: readonly ObservedMarker[]
  /** Every marker that was sent, answered or not. */
  readonly sent: readonly StoredMarker[]
  readonly stored: readonly StoredMarker[]
}

const keyOf = ({ room, user }: { readonly room: string; readonly user: string }): string => `${room} ${user}`
const textOf = ({ gen, seq }: ReadMarker): string => `${gen}:${seq}`
/** Whether the marker is at least as late as the other. */
const includes = (marker: ReadMarker, other: ReadMarker): boolean => textOf(laterMarker(marker, other)) === textOf(marker)

const wasMember = (events: readonly CountedEvent[], user: string): boolean =>
  events.some(({ event, body }) => {
    const { chat, users } = body as { chat?: { users?: readonly string[] }; users?: readonly string[] }
    return (event === 'create-chat' && chat?.users?.includes(user) === true) || (event === 'add-users' && users?.includes(user))
  })

/** Violations of J2 (counts equal a recount) and J3 (markers go back only by a greater `gen`, and stay within the room). */
export const markerProblems = ({ events, observed, sent, stored }: MarkerRun): string[] => {
  const problems: string[] = []
  const storedBy = new Map(stored.map((marker) => [keyOf(marker), marker.read]))
  const gensBy = new Map([...Map.groupBy(sent, keyOf)].map(([key, all]) => [key, new Set(all.map(({ read }) => read.gen))]))

  const checkCounts = ({ room, user, read, unread, mentions, asOf }: ObservedMarker): void => {
    const right = recountUnread(events.get(room) ?? [], user, read.seq, asOf)
    if (unread !== right.unread || mentions !== right.mentions)
      problems.push(
        `J2: room ${room}, user ${user}: ${unread} unread and ${mentions} mentions after ${textOf(read)} as of ${asOf}, but the events have ${right.unread} and ${right.mentions}`,
      )
  }

  const checkMarker = (marker: ObservedMarker): void => {
    const { room, user, read, asOf, sent: asked } = marker
    const name = `J3: room ${room}, user ${user}`
    if (read.seq > asOf) problems.push(`${name}: the marker ${textOf(read)} is beyond the last seq ${asOf}`)
    if (read.gen > 0 && gensBy.get(keyOf(marker))?.has(read.gen) !== true)
      problems.push(`${name}: no marker ${textOf(read)} was sent`)
    if (asked !== undefined && !includes(read, { gen: asked.gen, seq: Math.min(asked.seq, asOf) }))
      problems.push(`${name}: ${textOf(asked)} was answered with ${textOf(read)}`)
    // Without a row, the marker is the place where the membership begins.
    const last = storedBy.get(keyOf(marker)) ?? { gen: 0, seq: 0 }
    if (asked !== undefined && asked.seq > 0 && !includes(last, { gen: asked.gen, seq: Math.min(asked.seq, asOf) }))
      problems.push(`${name}: ${textOf(asked)} was confirmed, but the last marker is ${textOf(last)}`)
  }

  const checkStored = ({ room, user, read }: StoredMarker): void => {
    const all = events.get(room) ?? []
    if (!wasMember(all, user)) problems.push(`J3: room ${room} has a marker of ${user}, who never was a member`)
    const head = all.at(-1)?.seq ?? 0
    if (read.seq > head)
      problems.push(`J3: room ${room}, user ${user}: the stored marker ${textOf(read)} is beyond the last seq ${head}`)
  }

  for (const marker of observed) {
    checkCounts(marker)
    checkMarker(marker)
  }
  for (const marker of stored) checkStored(marker)
  return problems
}
