import type { ReadMarker } from '../../../shared/domain/read-marker.ts'
import { laterMarker } from '../../../shared/domain/read-marker.ts'
import type { ObservedMarker } from '../../support/checker/marker-problems.ts'

/** Checks the answers to markers as they arrive (J3): a marker that was confirmed never goes back, except by a greater `gen`. */
export interface MarkerCheck {
  /** A marker is sent; call the result with the body of the answer. */
  asked(member: { readonly user: string; readonly room: string }, sent: ReadMarker): (body: object) => ObservedMarker
  /** One line for each violation, up to a number of them. */
  readonly problems: readonly string[]
}

const mostProblems = 20

const nothing: ReadMarker = { gen: 0, seq: 0 }

export const createMarkerCheck = (): MarkerCheck => {
  const confirmed = new Map<string, ReadMarker>()
  const problems: string[] = []

  return {
    asked: ({ user, room }, sent) => {
      const key = `${room} ${user}`
      const before = confirmed.get(key) ?? nothing
      return (body) => {
        const { gen, seq, unread, mentions, as_of: asOf } = body as ObservedMarker['read'] & ObservedMarker & { as_of: number }
        const read = { gen, seq }
        const expected = laterMarker(before, { gen: sent.gen, seq: Math.min(sent.seq, asOf) })
        const isKept = laterMarker(read, expected) === read && seq <= asOf
        if (!isKept && problems.length < mostProblems)
          problems.push(
            `J3: room ${room}, user ${user}: the answer ${gen}:${seq} as of ${asOf} is before ${expected.gen}:${expected.seq}`,
          )
        confirmed.set(key, laterMarker(confirmed.get(key) ?? nothing, read))
        return { room, user, read, unread, mentions, asOf }
      }
    },
    problems,
  }
}
