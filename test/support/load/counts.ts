export interface Counts {
  sent: number
  sentAgain: number
  confirmed: number
  /** Commands that were dropped because a device's queue was full. */
  unsent: number
  /** Without those of signals and read markers. */
  frames: number
  bytes: number
  /** Of signals and read markers: answers and pushes. */
  readonly ephemeral: { frames: number; bytes: number }
  connects: number
  failedConnects: number
  /** Frames of which the positional reader and the parser disagreed. */
  misread: number
  readonly refused: Record<string, number>
  readonly closed: Record<string, number>
}

export const noCounts = (): Counts => ({
  sent: 0,
  sentAgain: 0,
  confirmed: 0,
  unsent: 0,
  frames: 0,
  bytes: 0,
  ephemeral: { frames: 0, bytes: 0 },
  connects: 0,
  failedConnects: 0,
  misread: 0,
  refused: {},
  closed: {},
})
