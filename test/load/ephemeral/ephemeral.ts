import { defaultLimits } from '../../../shared/protocol/limits.ts'
import type { ObservedMarker } from '../../support/checker/marker-problems.ts'
import type { Load } from '../../support/load/load.ts'
import type { EphemeralKind, EphemeralMeasure } from './ephemeral-counts.ts'
import { newMeasure } from './ephemeral-counts.ts'
import { createReading } from './reading.ts'
import { createTyping } from './typing.ts'

/**
 * Read markers and typing signals of the users of a load, beside its commands.
 * Every socket watches its rooms.
 *
 * Promises:  each kind is measured apart, and nothing of it is in the counts,
 *            the latencies or the history of the load.
 */
export interface Ephemeral {
  /** Resolves when the sockets that are open now watch their rooms. */
  start(): Promise<void>
  /** Sends the markers that wait. Resolves when everything is answered, or after a few seconds. */
  stop(): Promise<void>
  readonly measures: Readonly<Partial<Record<EphemeralKind, EphemeralMeasure>>>
  /** The stored markers of some users; none if nothing is marked as read. */
  markers(): Promise<readonly ObservedMarker[]>
  /** Violations of J3. */
  readonly problems: readonly string[]
}

const answeredWithinMs = 5_000
const lookEveryMs = 50

const isAnswered = ({ counts: { sent, accepted, dropped, failed } }: EphemeralMeasure): boolean =>
  sent === accepted + dropped + failed

export const createEphemeral = (load: Load, kinds: readonly EphemeralKind[]): Ephemeral => {
  const { context, devices, population } = load
  const measures: Partial<Record<EphemeralKind, EphemeralMeasure>> = Object.fromEntries(kinds.map((kind) => [kind, newMeasure()]))
  const reading = measures.read && createReading(load, measures.read)
  const typing = measures.typing && createTyping(load, measures.typing)

  const watch = async (user: number): Promise<void> => {
    const rooms = population.roomsOf(user).slice(0, defaultLimits.watchRooms)
    await devices.get(user)?.ask('watch', { rooms: rooms.map(context.ids.room) })
  }

  /** A socket that closes meanwhile watches again when it is bound again. */
  const watchSoon = (user: number): Promise<void> => watch(user).catch(() => {})

  const observe = (): void => {
    context.observer = {
      bound: (user) => void watchSoon(user),
      sending: (user, { event, room }) => {
        if (event === 'new-message') typing?.type(user, room)
      },
      received: (user, { event, room, seq, operation }) => {
        if (event !== 'new-message') return
        if (operation === 0) reading?.received(user, room, seq)
        else typing?.posted(user, room)
      },
      pushed: (_, frame, isSlow) => {
        reading?.pushed(frame)
        typing?.pushed(frame, isSlow)
      },
    }
  }

  return {
    start: async () => {
      observe()
      await Promise.all([...devices.values()].filter(({ isBound }) => isBound).map(({ user }) => watchSoon(user)))
    },
    stop: async () => {
      reading?.flush()
      const untilMs = context.now() + answeredWithinMs
      while (!Object.values(measures).every(isAnswered) && context.now() < untilMs)
        await new Promise((resolve) => setTimeout(resolve, lookEveryMs))
    },
    measures,
    markers: async () => (await reading?.readAll()) ?? [],
    get problems() {
      return reading?.problems ?? []
    },
  }
}
