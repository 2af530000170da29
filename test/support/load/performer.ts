import type { OperationEvent } from './entry.ts'
import type { Settled } from './sending.ts'

/** The final outcome of a command, and its id: of a message, the id of the message. */
export interface Performed extends Settled {
  readonly id: string
}

/** Sends commands of users until each has a final outcome. `intendedMs`: the time at which it was due; by default now. */
export interface Performer {
  /** Sends a message. */
  post(user: number, room: number, intendedMs?: number): Promise<Performed>
  perform(user: number, event: OperationEvent, room: number, body: object, intendedMs?: number): Promise<Performed>
}
