import type { Signal } from '@preact/signals'
import { signal } from '@preact/signals'
import type { MessageDraft } from '../../../../shared/client/call-types.ts'
import type { ChatClient } from '../../../../shared/client/chat-client.ts'
import { newId } from '../../../../shared/client/new-id.ts'
import type { Attachment, Mentions } from '../../../../shared/domain/events.ts'
import { device } from './device-storage.ts'
import { explain } from './explain.ts'
import { serviceClock } from './service-clock.ts'

/** The parts of a message that its author writes. */
export interface WrittenMessage {
  readonly msg: string
  /** The id of the quoted message. */
  readonly replyTo?: string | undefined
  /** The id of the root message of the thread. */
  readonly thread?: string | undefined
  readonly mentions?: Mentions | undefined
  readonly attachments?: readonly Attachment[] | undefined
}

/** A message of the signed-in user that is not in the room's history yet. */
export interface OutgoingMessage extends WrittenMessage {
  readonly id: string
  readonly room: string
  readonly at: string
  readonly state: 'pending' | 'stored' | 'failed'
  /** The reason of a failure, as a sentence for the user. */
  readonly why?: string
}

/**
 * Messages of the signed-in user until they are in the room's history.
 *
 * Promises:  a message that was not confirmed when the window closed is sent
 *            again with the same id when the window opens, and so stored once.
 */
export interface OutgoingMessages {
  readonly all: Signal<readonly OutgoingMessage[]>
  send(room: string, written: WrittenMessage): void
  /** Sends a refused message with a new id, because the service refuses the old id for good. */
  retry(message: OutgoingMessage): void
  discard(message: OutgoingMessage): void
  /** Removes a message that is in the room's history. */
  remove(id: string): void
  /** Sends the messages that an earlier window left unconfirmed. */
  resume(): void
  /** The number of messages without a confirmation in this window. */
  readonly unsent: number
  /** The number of messages that are being sent, or wait for a connection. */
  readonly waiting: number
  /** Deletes this user's unsent messages from the device. Close the connection first. */
  clear(): void
}

const draftOf = ({ id, msg, replyTo, thread, mentions, attachments }: OutgoingMessage): MessageDraft => ({
  id,
  msg,
  ...(replyTo !== undefined && { replyTo }),
  ...(thread !== undefined && { thread }),
  ...(mentions !== undefined && { mentions }),
  ...(attachments !== undefined && { attachments }),
})

export const createOutgoingMessages = (client: ChatClient, user: string): OutgoingMessages => {
  const prefix = `chat.outbox.${user}.`
  const all = signal<readonly OutgoingMessage[]>([])
  const without = (id: string): readonly OutgoingMessage[] => all.value.filter((other) => other.id !== id)

  const finish = (id: string, change: Partial<OutgoingMessage>): void => {
    device.remember(prefix + id, undefined)
    all.value = all.value.map((message) => (message.id === id ? { ...message, ...change } : message))
  }

  const dispatch = (message: OutgoingMessage): void => {
    all.value = [...without(message.id), message]
    client.send(message.room, draftOf(message)).then(
      () => finish(message.id, { state: 'stored' }),
      (error: unknown) => {
        // After the client was closed the outcome is unknown; the next window sends the message again.
        if (client.state.state !== 'closed') finish(message.id, { state: 'failed', why: explain(error) })
      },
    )
  }

  const send: OutgoingMessages['send'] = (room, { msg, replyTo, thread, mentions, attachments }) => {
    const at = new Date(serviceClock.now()).toISOString()
    const message: OutgoingMessage = {
      ...{ id: newId(), room, msg, replyTo, thread, mentions, attachments, at },
      state: 'pending',
    }
    device.remember(prefix + message.id, message)
    dispatch(message)
  }

  return {
    all,
    send,
    retry: (message) => {
      all.value = without(message.id)
      send(message.room, message)
    },
    discard: ({ id }) => {
      all.value = without(id)
    },
    remove: (id) => {
      if (all.value.some((message) => message.id === id)) all.value = without(id)
    },
    resume: () => {
      for (const key of device.keys(prefix).sort()) dispatch(device.recall(key) as OutgoingMessage)
    },
    get unsent() {
      return all.value.filter(({ state }) => state !== 'stored').length
    },
    get waiting() {
      return all.value.filter(({ state }) => state === 'pending').length
    },
    clear: () => {
      for (const key of device.keys(prefix)) device.remember(key, undefined)
    },
  }
}
