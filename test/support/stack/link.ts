/** `reset`: both ends receive an RST at once. `black-hole`: neither end is notified. */
export type Cut = 'reset' | 'black-hole'

/** The direction in which a black hole drops bytes. `answers`: requests arrive, but the sender receives no answer. */
export type Direction = 'both' | 'requests' | 'answers'

/** The connection of one role to one service, which can be cut and healed. */
export interface Link {
  /** The number of open connections, including those in a black hole. */
  readonly connections: number
  /**
   * `reset`: connections get an RST, and so does every new one.
   * `black-hole`: bytes are dropped, sockets stay open, new connections are accepted and receive nothing.
   */
  cut(how: Cut, direction?: Direction): void
  /** Delays every byte in both directions, in order. */
  delay(ms: number): void
  /**
   * Ends every cut and delay. Connections from the time of a black hole get an
   * RST, because their dropped bytes are lost.
   */
  heal(): void
}
