import type { Signal } from '@preact/signals'
import { signal } from '@preact/signals'
import type { ChatClient } from '../../../../shared/client/chat-client.ts'
import { newId } from '../../../../shared/client/new-id.ts'
import { device } from './device-storage.ts'
import { explain } from './explain.ts'
import { serviceClock } from './service-clock.ts'

/** A message of the user's own on its way. */
export interface Outgoing {
  readonly id: string
  readonly room: string
  readonly msg: string
  readonly at: string
  readonly state: 'pending' | 'stored' | 'failed'
  /** Why it failed, for people. */
  readonly why?: string
}

/**
 * The user's own messages until they stand in the room.
 *
 * Promises:  what was not confirmed when the window closed is sent again, under
 *            the same id, when the window is opened; so it is stored once.
 */
export interface Outbox {
  readonly all: Signal<readonly Outgoing[]>
  send(room: string, msg: string): void
  /** A refusal holds for its id for good, so it goes out under a new one. */
  retry(message: Outgoing): void
  discard(message: Outgoing): void
  /** It stands in the room. */
  arrived(id: string): void
  /** Sends what an earlier window left. */
  resume(): void
  /** Messages of this user that are not stored yet, as far as this window knows. */
  readonly unsent: number
  /** Deletes this user's unsent messages from the device; the connection must be closed before. */
  clear(): void
}

export const createOutbox = (client: ChatClient, user: string): Outbox => {
  const prefix = `chat.outbox.${user}.`
  const all = signal<readonly Outgoing[]>([])
  const without = (id: string): readonly Outgoing[] => all.value.filter((other) => other.id !== id)

  const settle = (id: string, change: Partial<Outgoing>): void => {
    device.remember(prefix + id, undefined)
    all.value = all.value.map((message) => (message.id === id ? { ...message, ...change } : message))
  }

  const dispatch = (message: Outgoing): void => {
    all.value = [...without(message.id), message]
    client.send(message.room, { id: message.id, msg: message.msg }).then(
      () => settle(message.id, { state: 'stored' }),
      (error: unknown) => {
        // The client was closed: nobody knows, and the next window sends it again.
        if (client.state.state !== 'closed') settle(message.id, { state: 'failed', why: explain(error) })
      },
    )
  }

  const send: Outbox['send'] = (room, msg) => {
    const message: Outgoing = { id: newId(), room, msg, at: new Date(serviceClock.now()).toISOString(), state: 'pending' }
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
    arrived: (id) => {
      if (all.value.some((message) => message.id === id)) all.value = without(id)
    },
    resume: () => {
      for (const key of device.keys(prefix).sort()) dispatch(device.recall(key) as Outgoing)
    },
    get unsent() {
      return all.value.filter(({ state }) => state !== 'stored').length
    },
    clear: () => {
      for (const key of device.keys(prefix)) device.remember(key, undefined)
    },
  }
}
