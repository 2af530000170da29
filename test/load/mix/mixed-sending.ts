import type { SenderFactory } from '../../support/load/sender-factory.ts'
import type { MessageChange } from './message-changes.ts'
import { createMessageChanges } from './message-changes.ts'
import type { Mix } from './mix.ts'
import { pickKind } from './mix.ts'

/** Sends commands of random kinds, by the shares of the mix. It sends a message while there is none that the command can change. */
export const mixedSending =
  (mix: Mix): SenderFactory =>
  (parts) => {
    const { nextSender, random, post, perform } = parts
    const changes = createMessageChanges(parts)

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
