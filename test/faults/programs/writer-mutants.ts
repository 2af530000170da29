import type { DistributedWriterAdapters } from '../../../infra/distributed/open-writer-adapters.ts'
import type { Appender, RoomMessages } from '../../../shared/ports/event-store.ts'

type Mutant = (ports: DistributedWriterAdapters) => DistributedWriterAdapters

/** The unchanged ports. */
const nothing: Mutant = (ports) => ports

const withAppender = (
  ports: DistributedWriterAdapters,
  change: (appender: Appender) => Partial<Appender>,
): DistributedWriterAdapters => ({
  ...ports,
  eventStore: {
    ...ports.eventStore,
    openAppender: async () => {
      const appender = await ports.eventStore.openAppender()
      return { ...appender, ...change(appender) }
    },
  },
})

/** The lookup of recorded outcomes finds none. */
const withoutOutcomes: Mutant = (ports) =>
  withAppender(ports, (appender) => ({
    read: async (wanted) => ({ ...(await appender.read(wanted)), outcomes: new Map() }),
  }))

/** A batch is acknowledged as soon as it arrives. */
const acknowledgesFirst: Mutant = (ports) => ({
  ...ports,
  commandLog: {
    ...ports.commandLog,
    consume: (handle) =>
      ports.commandLog.consume(async (batch) => {
        void handle(batch).catch(() => {})
        return { done: Promise.resolve() }
      }),
  },
})

/** One append in ten is reported as stored without being stored. */
const confirmsFirst: Mutant = (ports) => {
  let appends = 0
  return withAppender(ports, (appender) => ({
    append: async (batch) => {
      appends += 1
      return appends % 10 === 0 ? 'appended' : appender.append(batch)
    },
  }))
}

const withoutReactionsOf = ({ messages, pins }: RoomMessages): RoomMessages => ({
  pins,
  messages: new Map(
    [...messages].map(([id, message]) => [id, message && { ...message, reactions: new Map(), reacted: new Set() }]),
  ),
})

/** The state that a decision reads has no reactions. */
const withoutReactions: Mutant = (ports) =>
  withAppender(ports, (appender) => ({
    read: async (wanted) => {
      const snapshot = await appender.read(wanted)
      return { ...snapshot, messages: new Map([...snapshot.messages].map(([room, all]) => [room, withoutReactionsOf(all)])) }
    },
  }))

export const writerMutants = {
  nothing,
  withoutOutcomes,
  acknowledgesFirst,
  confirmsFirst,
  withoutReactions,
} as const satisfies Readonly<Record<string, Mutant>>
