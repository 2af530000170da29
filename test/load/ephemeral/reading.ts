import { clientTimes } from '../../../shared/client/client-times.ts'
import type { ReadMarker } from '../../../shared/domain/read-marker.ts'
import type { ObservedMarker } from '../../support/checker/marker-problems.ts'
import type { Load } from '../../support/load/load.ts'
import type { ParsedFrame } from '../../support/load/parse-frame.ts'
import type { EphemeralMeasure } from './ephemeral-counts.ts'
import { createMarkerCheck } from './marker-check.ts'

/** Marks what the users receive as read, as the SDK does: after a pause, with the last seq. */
export interface Reading {
  received(user: number, room: number, seq: number): void
  pushed(frame: ParsedFrame): void
  /** Sends the markers that wait. */
  flush(): void
  /** Asks for the stored markers of some of the users, to compare them with those that were confirmed. */
  readAll(): Promise<readonly ObservedMarker[]>
  readonly problems: readonly string[]
}

interface Place {
  readonly user: number
  readonly room: number
  seq: number
  timer: NodeJS.Timeout | undefined
}

/** Members whose markers are read at the end. */
const mostRead = 2_000

export const createReading = (
  { devices, context }: Pick<Load, 'devices' | 'context'>,
  { counts, latency }: EphemeralMeasure,
): Reading => {
  const { now, ids } = context
  const places = new Map<string, Place>()
  const check = createMarkerCheck()

  /** The answer to a marker; undefined: there is none. */
  const ask = async (user: number, room: number, sent: ReadMarker): Promise<ObservedMarker | undefined> => {
    const device = devices.get(user)
    const verify = check.asked({ user: device?.userId ?? '', room: ids.room(room) }, sent)
    const answer = await device?.ask('mark-read', sent, ids.room(room)).catch(() => undefined)
    return answer?.body === undefined ? undefined : verify(answer.body)
  }

  const mark = async (place: Place): Promise<void> => {
    clearTimeout(place.timer)
    place.timer = undefined
    if (devices.get(place.user)?.isBound !== true) return
    counts.sent += 1
    const startedMs = now()
    const found = await ask(place.user, place.room, { gen: 0, seq: place.seq })
    if (found === undefined) {
      counts.failed += 1
      return
    }
    counts.accepted += 1
    latency.record(now() - startedMs)
  }

  const placeOf = (user: number, room: number): Place => {
    const key = `${user} ${room}`
    const place = places.get(key) ?? { user, room, seq: 0, timer: undefined }
    places.set(key, place)
    return place
  }

  return {
    received: (user, room, seq) => {
      const place = placeOf(user, room)
      place.seq = Math.max(place.seq, seq)
      place.timer ??= setTimeout(() => void mark(place), clientTimes.markReadMs)
    },
    pushed: ({ event }) => {
      if (event === 'read') counts.received += 1
    },
    flush: () => {
      for (const place of places.values()) if (place.timer !== undefined) void mark(place)
    },
    readAll: async () => {
      const some = [...places.values()].slice(0, mostRead)
      const found = await Promise.all(some.map(({ user, room }) => ask(user, room, { gen: 0, seq: 0 })))
      return found.filter((marker) => marker !== undefined)
    },
    problems: check.problems,
  }
}
