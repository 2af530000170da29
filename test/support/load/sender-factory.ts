import type { Random } from '../simulation/random.ts'
import type { Performer } from './performer.ts'
import type { Members, Sender } from './senders.ts'

/** The parts of a load from which a plan sends. */
export interface SendingParts extends Performer {
  /** The members of each room that belong to this process. */
  readonly members: Members
  readonly creatorOf: (room: number) => number | undefined
  readonly nextSender: () => Sender
  readonly random: Random
  /** A text of a random length. */
  readonly text: () => string
}

/** Makes the function that sends one command, which is due at that time. */
export type SenderFactory = (parts: SendingParts) => (dueMs: number) => void
