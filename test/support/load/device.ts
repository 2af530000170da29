import type { ParsedFrame } from './parse-frame.ts'
import type { Places } from './resume-state.ts'
import type { LoadCommand } from './send-again.ts'
import type { Settled } from './sending.ts'

/**
 * A user on one socket at a time. Like a correct client it reconnects, resumes
 * and sends unconfirmed commands again, but it does not repair gaps: it records
 * every frame for the checker.
 */
export interface Device {
  readonly user: number
  readonly externalId: string
  /** The service's id of the user; empty until it is bound for the first time. */
  readonly userId: string
  readonly isBound: boolean
  /** Commands without a final outcome. */
  readonly unsettled: number
  /** The number of events that were counted and not read, on the present socket. */
  readonly skimmed: number
  /** Tries again later if this attempt rejects. */
  connect(): Promise<void>
  /** Queues while there is no connection. Resolves with the final outcome. */
  perform(command: LoadCommand): Promise<Settled>
  /** Sends it once, on the present socket; only the recorder receives the outcome. */
  sendOnce(command: LoadCommand): void
  /** A request other than a command; rejects when the socket closes before the answer. */
  ask(event: string, body: unknown, room?: string): Promise<ParsedFrame>
  /** The last seq of the room; 0 for a device that does not reconnect, because it keeps no positions. */
  lastSeen(room: number): number
  /** Resumes from these positions, which may be older than the last frames. */
  resumeFrom(places: Places): Promise<ParsedFrame>
  /** Closes the socket without a close frame; the device reconnects, to another gateway if there is one. */
  drop(): void
  /** Connects to this gateway, and closes the old socket when the new one is bound. */
  moveTo(url: string | undefined): void
  pauseReading(): void
  resumeReading(): void
  /** Call it regularly: ends requests and sockets that have waited too long. */
  check(): void
  stop(): void
}
