import type { RelayedEvent, RelaySink } from '../../../services/relay/sink.ts'

/** A sink that keeps the events of successful calls. `onDeliver` runs first, and may fail the call. */
export interface RecordingSink extends RelaySink {
  readonly events: readonly RelayedEvent[]
  readonly calls: readonly (readonly RelayedEvent[])[]
}

export const recordingSink = (onDeliver: (events: readonly RelayedEvent[]) => Promise<void> = async () => {}): RecordingSink => {
  const events: RelayedEvent[] = []
  const calls: (readonly RelayedEvent[])[] = []
  return {
    name: 'test',
    events,
    calls,
    deliver: async (delivered) => {
      calls.push(delivered)
      await onDeliver(delivered)
      events.push(...delivered)
    },
  }
}

/** The seqs of one room, in the order delivered. */
export const seqsOf = (events: readonly RelayedEvent[], wanted: string): readonly number[] =>
  events.filter(({ room }) => room === wanted).map(({ seq }) => seq)
