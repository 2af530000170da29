import type { Signal } from '@preact/signals'
import { signal } from '@preact/signals'
import type { ChatClient } from '../../../../shared/client/chat-client.ts'
import { newId } from '../../../../shared/client/new-id.ts'
import { device } from './device-storage.ts'
import { explain } from './explain.ts'
import { serviceClock } from './service-clock.ts'

/** A message of the signed-in user that is not in the room's history yet. */
export interface OutgoingMessage {
  readonly id: string
  readonly room: string
  readonly msg: string
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
  send(room: string, msg: string): void
  /** Sends a refused message with a new id, because the service refuses the old id for good. */
  retry(message: OutgoingMessage): void
  discard(message: OutgoingMessage): void
  /** Removes a message that is in the room's history. */
  remove(id: string): void
  /** Sends the messages that an earlier window left unconfirmed. */
  resume(): void
  /** The number of messages without a confirmation in this window. */
  readonly unsent: number
  /** Deletes this user's unsent messages from the device. Close the connection first. */
  clear(): void
}

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
    client.send(message.room, { id: message.id, msg: message.msg }).then(
      () => finish(message.id, { state: 'stored' }),
      (error: unknown) => {
        // After the client was closed the outcome is unknown; the next window sends the message again.
        if (client.state.state !== 'closed') finish(message.id, { state: 'failed', why: explain(error) })
      },
    )
  }

  const send: OutgoingMessages['send'] = (room, msg) => {
    const message: OutgoingMessage = { id: newId(), room, msg, at: new Date(serviceClock.now()).toISOString(), state: 'pending' }
    device.remember(prefix + message.id, message)
    dispatch(message)
  }

  return {
    all,
    send,
    retry: ({ id, room, msg }) => {
      all.value = without(id)
      send(room, msg)
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
    clear: () => {
      for (const key of device.keys(prefix)) device.remember(key, undefined)
    },
  }
}
