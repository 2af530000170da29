import type { WindowResult } from './tally.ts'

export interface Burst {
  /** The rate of the open loop. */
  readonly perSecond: number
  /** If given, a closed loop with this many messages in flight replaces the open loop. */
  readonly inFlight?: number
  /** Sending before the measurement starts. */
  readonly warmUpSeconds: number
  readonly seconds: number
  /** The longest wait for pending deliveries after the last message. */
  readonly mostWaitMs: number
}

export interface BurstResult extends WindowResult {
  readonly perSecond: number
  readonly sent: number
  /** All confirmations that were received during the measured time. */
  readonly confirmedMeanwhile: number
  /** The number of messages that the service refused because of overload. */
  readonly refused: number
  /** Whether every message was delivered to every member within `mostWaitMs`, and none was refused. */
  readonly isWhole: boolean
}

/** The number of messages that another sender has sent, by room. */
export type Injected = readonly (readonly [room: number, messages: number])[]
