import type { WriterPorts } from '../../../infra/distributed/open-writer-ports.ts'

type Sabotage = (ports: WriterPorts) => WriterPorts

/** Its ports as they are: nothing is off. */
const nothing: Sabotage = (ports) => ports

/** No recorded outcome is ever found. */
const withoutOutcomes: Sabotage = (ports) => ({
  ...ports,
  eventStore: {
    ...ports.eventStore,
    transact: (touched, decide) => ports.eventStore.transact(touched, (loaded) => decide({ ...loaded, outcomes: new Map() })),
  },
})

/** A batch counts as done as soon as it has come. */
const acknowledgesFirst: Sabotage = (ports) => ({
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

/** One batch in ten is told as stored, and is not. */
const confirmsFirst: Sabotage = (ports) => {
  let batches = 0
  return {
    ...ports,
    eventStore: {
      ...ports.eventStore,
      transact: (touched, decide) =>
        ports.eventStore.transact(touched, (loaded) => {
          batches += 1
          const decided = decide(loaded)
          return batches % 10 === 0 ? { events: [], rejections: [] } : decided
        }),
    },
  }
}

export const writerSabotages = {
  nothing,
  withoutOutcomes,
  acknowledgesFirst,
  confirmsFirst,
} as const satisfies Readonly<Record<string, Sabotage>>
