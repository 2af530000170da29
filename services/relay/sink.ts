/** An event of a room as other systems receive it. */
export interface RelayedEvent {
  readonly room: string
  readonly seq: number
  /** Its name on the wire. */
  readonly event: string
  /** The JSON text of the body of its frame. */
  readonly body: string
}

/**
 * Takes the events of rooms to one destination.
 *
 * Promises to its caller:  `deliver` resolves when the effect of every event is
 *            durable. After it rejects, the caller delivers the same events
 *            again after a back-off, until it resolves.
 * Receives:  every event of every room at least once, per room in the order of
 *            `seq`; several rooms in one call, and one call at a time for each
 *            partition. Events may be delivered again, also after later ones:
 *            a sink ignores an event whose effect it has, by room and seq. The
 *            seqs of a room have a gap where an event was too large for the
 *            event stream.
 * Does not:  block for long: the events of other rooms wait for the call.
 */
export interface RelaySink {
  /** Names the consumer group and the stored position: never change it. */
  readonly name: string
  deliver(events: readonly RelayedEvent[]): Promise<void>
}
