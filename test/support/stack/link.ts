/** `reset` tells both ends at once; in a `black-hole` neither end hears of it. */
export type Cut = 'reset' | 'black-hole'

/** Which bytes a black hole swallows. Without the answers alone, a request arrives and nobody learns of it. */
export type Direction = 'both' | 'requests' | 'answers'

/** The connection of one role to one service, which can be cut and healed. */
export interface Link {
  /** Connections now open on it, also those that a black hole keeps waiting. */
  readonly connections: number
  /**
   * `reset`: connections get an RST, and so does every new one.
   * `black-hole`: bytes vanish, sockets stay open, new ones are accepted and get silence.
   */
  cut(how: Cut, direction?: Direction): void
  /** Every byte arrives this much later, each way, in order. */
  delay(ms: number): void
  /**
   * No cut and no delay any more. Connections that lived through a black hole
   * get an RST: what vanished on them is gone.
   */
  heal(): void
}
