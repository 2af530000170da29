import type { ReadonlySignal } from '@preact/signals'
import { signal } from '@preact/signals'
import type { ChatClient } from '../../../../shared/client/chat-client.ts'
import type { RoomMessage } from '../../../../shared/client/chat-events.ts'
import type { People } from './people.ts'

/** The service allows at most this many pins in a chat. */
const mostPins = 100

/** The pinned messages of a room, newest first. */
export interface Pins {
  readonly all: ReadonlySignal<readonly RoomMessage[]>
  /** Reads them again. */
  refresh(): void
  /** Reads them now, and again at each change. Returns a function that ends it. */
  follow(): () => void
}

export const createPins = (room: string, client: ChatClient, people: Pick<People, 'request'>): Pins => {
  const all = signal<readonly RoomMessage[]>([])
  let latest = 0

  const read = async (): Promise<void> => {
    latest += 1
    const mine = latest
    const found: RoomMessage[] = []
    for await (const message of client.messages(room, { pinned: true, pageSize: mostPins })) found.push(message)
    people.request(found.map(({ user_id }) => user_id))
    if (mine === latest) all.value = found
  }
  /** A read that fails is tried again at the next change. */
  const refresh = (): void => void read().catch(() => undefined)
  const isPinned = (message: string): boolean => all.peek().some(({ id }) => id === message)

  return {
    all,
    refresh,
    follow: () => {
      refresh()
      const ends = [
        client.on('changed', (change) => {
          if (change.room === room && (change.change === 'pin' || ('content' in change && isPinned(change.message)))) refresh()
        }),
        client.on('erased', (range) => range.room === room && refresh()),
        client.on('missed', (missed) => missed.room === room && refresh()),
        client.on('reset', (reset) => reset.room === room && refresh()),
      ]
      return () => {
        for (const end of ends) end()
      }
    },
  }
}
