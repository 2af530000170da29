/** The last event of a room that a sink has. */
export interface RelayPosition {
  readonly room: string
  /** 0: the sink has none. */
  readonly seq: number
}

/**
 * How far the sinks of an embedded relay have received the events of each room.
 *
 * Promises:  a saved position is durable. Rejects with `StoreError` only.
 * Does not:  keep several relays of one sink apart: there is one.
 * Blocks:    up to the statement time-outs, then rejects.
 */
export interface RelayPositions {
  /** Positions of rooms that have events after them, ordered by room, beginning after the room `after`. */
  behind(sink: string, after: string | undefined, limit: number): Promise<readonly RelayPosition[]>
  /** The positions in the order of the rooms. */
  of(sink: string, rooms: readonly string[]): Promise<readonly RelayPosition[]>
  save(sink: string, positions: readonly RelayPosition[]): Promise<void>
}
