import type { ReadonlySignal } from '@preact/signals'
import { computed, effect, signal } from '@preact/signals'
import type { ChatClient } from '../../../../shared/client/chat-client.ts'
import type { MessageChange, RoomMessage } from '../../../../shared/client/chat-events.ts'
import { perFrame } from './per-frame.ts'
import type { ViewedRoom } from './room.ts'

/** The first message of a thread as it is now, with its reactions, its pin and the number of its replies. */
export interface ThreadRoot {
  /** Undefined until it is known. */
  readonly message: ReadonlySignal<RoomMessage | undefined>
  /** Reads the message, and again at each change, while it is not in the loaded history. Returns a function that ends it. */
  follow(): () => void
}

const isAbout = (root: string, change: MessageChange): boolean =>
  change.message === root || ('content' in change && change.content.thread === root)

/** `root`: the id of the message. */
export const createThreadRoot = (
  { id: room, quoted }: Pick<ViewedRoom, 'id' | 'quoted'>,
  root: string,
  client: ChatClient,
): ThreadRoot => {
  const read = signal<RoomMessage | undefined>(undefined)
  const isLoaded = computed(() => quoted.loaded(root) !== undefined)
  let latest = 0

  const readNow = async (): Promise<void> => {
    latest += 1
    const mine = latest
    const seq = await quoted.seqOf(root)
    if (seq === undefined || isLoaded.peek()) return
    for await (const message of client.messages(room, { after: seq - 1, before: seq + 1 }))
      if (mine === latest) read.value = message
  }
  /** A read that fails is tried again at the next change. */
  const reads = perFrame<true>(() => void readNow().catch(() => undefined), requestAnimationFrame)

  return {
    message: computed(() => quoted.loaded(root) ?? read.value ?? quoted.of(root)),
    follow: () => {
      const readIf = (isNeeded: boolean): void => {
        if (isNeeded && !isLoaded.peek()) reads.add(true)
      }
      const ends = [
        // Also when a reset has discarded the loaded history.
        effect(() => readIf(!isLoaded.value)),
        client.on('changed', (change) => readIf(change.room === room && isAbout(root, change))),
        client.on('message', (message) => readIf(message.room === room && message.thread === root)),
        client.on('erased', (range) => readIf(range.room === room)),
        client.on('missed', (missed) => readIf(missed.room === room)),
        client.on('reset', (reset) => readIf(reset.room === room)),
      ]
      return () => {
        for (const end of ends) end()
      }
    },
  }
}
