import type { ReadonlySignal } from '@preact/signals'
import { batch, signal } from '@preact/signals'
import type { ChatClient } from '../../../../shared/client/chat-client.ts'
import type { People } from './people.ts'
import { perFrame } from './per-frame.ts'
import type { TimelineEntry } from './timeline.ts'
import { timelineOf } from './timeline.ts'

/** The replies in one thread. */
export interface Thread {
  /** The id of the root message. */
  readonly root: string
  readonly entries: ReadonlySignal<readonly TimelineEntry[]>
  readonly hasOlder: ReadonlySignal<boolean>
  /** Loads the newest replies, unless some are loaded. Rejects as `loadOlder` does. */
  open(): Promise<void>
  /** Rejects as the client's call does. */
  loadOlder(): Promise<void>
  /** Keeps the entries up to date. Returns a function that ends it. */
  follow(): () => void
}

const pageSize = 50

interface ThreadOptions {
  readonly room: string
  readonly root: string
  readonly client: ChatClient
  readonly people: Pick<People, 'request'>
}

export const createThread = ({ room, root, client, people }: ThreadOptions): Thread => {
  const handle = client.room(room)
  const list = handle.list({ thread: root })
  const entries = signal<readonly TimelineEntry[]>([])
  const hasOlder = signal(true)

  const sync = (): void =>
    batch(() => {
      people.request(list.messages.map(({ user_id }) => user_id))
      entries.value = timelineOf(list.messages, [])
      hasOlder.value = list.hasOlder
    })
  const loadOlder = async (): Promise<void> => {
    await list.loadOlder(pageSize)
    sync()
  }

  return {
    root,
    entries,
    hasOlder,
    open: async () => {
      if (list.messages.length === 0) await loadOlder()
    },
    loadOlder,
    follow: () => {
      const changes = perFrame<true>(sync, requestAnimationFrame)
      sync()
      return handle.on('change', () => changes.add(true))
    },
  }
}
