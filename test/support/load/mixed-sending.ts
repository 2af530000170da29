import type { Random } from '../simulation/random.ts'
import type { MessageChange } from './message-changes.ts'
import { createMessageChanges } from './message-changes.ts'
import type { Mix } from './mix.ts'
import { pickKind } from './mix.ts'
import type { Performer } from './performer.ts'
import type { Members, Sender } from './senders.ts'

export interface MixedSendingOptions extends Performer {
  readonly mix: Mix
  /** The members of each room that belong to this process. */
  readonly members: Members
  readonly creatorOf: (room: number) => number | undefined
  readonly nextSender: () => Sender
  readonly random: Random
  /** The text of an edit. */
  readonly text: () => string
}

/** A function that sends one command of a random kind. It sends a message while there is none that the command can change. */
export const mixedSending = (options: MixedSendingOptions): ((dueMs: number) => void) => {
  const { mix, nextSender, random, post, perform } = options
  const changes = createMessageChanges(options)

  const sendMessage = async (dueMs: number): Promise<void> => {
    const { room, user } = nextSender()
    const { outcome, id } = await post(user, room, dueMs)
    if (outcome === 'ok') changes.posted({ id, room, author: user })
  }

  const sendChange = async ({ user, event, room, body, settled }: MessageChange, dueMs: number): Promise<void> => {
    await perform(user, event, room, body, dueMs)
    settled()
  }

  return (dueMs) => {
    const kind = pickKind(mix, random)
    const change = kind === 'messages' ? undefined : changes.next(kind)
    void (change === undefined ? sendMessage(dueMs) : sendChange(change, dueMs))
  }
}
