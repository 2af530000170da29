import type { ReadonlySignal } from '@preact/signals'
import { computed, signal } from '@preact/signals'
import type { MessageVersion } from '../../../../shared/client/call-types.ts'
import type { ChatClient } from '../../../../shared/client/chat-client.ts'
import type { People } from './people.ts'
import type { TimelineEntry } from './timeline.ts'

/** Messages of a room by their ids: those that are loaded, and those that are quoted. */
export interface QuotedMessages {
  /** The message as it is now; undefined until it is known. A component that reads it renders again when it changes. */
  of(id: string): MessageVersion | undefined
  /** Reads a message that is not loaded. */
  request(id: string): void
  /** Resolves with the place of the message in the room; undefined if the service does not return it. */
  seqOf(id: string): Promise<number | undefined>
}

interface QuotedMessagesDeps {
  readonly room: string
  readonly entries: ReadonlySignal<readonly TimelineEntry[]>
  readonly client: ChatClient
  readonly people: Pick<People, 'request'>
}

export const createQuotedMessages = ({ room, entries, client, people }: QuotedMessagesDeps): QuotedMessages => {
  const loaded = computed(
    () =>
      new Map(entries.value.flatMap((entry) => (entry.kind === 'message' ? [[entry.message.id, entry.message] as const] : []))),
  )
  /** Messages that were read because they are quoted, under the seq of their first version. */
  const read = signal<ReadonlyMap<string, MessageVersion>>(new Map())
  const reads = new Map<string, Promise<void>>()

  const readOne = async (id: string): Promise<void> => {
    let first: MessageVersion | undefined
    let newest: MessageVersion | undefined
    for await (const version of client.versions(room, id)) {
      first ??= version
      newest = version
    }
    if (first === undefined || newest === undefined) return
    people.request([newest.user_id])
    read.value = new Map([...read.value, [id, { ...newest, seq: first.seq }]])
  }

  /** A read that fails is tried again at the next request. */
  const readOnce = (id: string): Promise<void> => {
    const running = reads.get(id) ?? readOne(id).catch(() => void reads.delete(id))
    reads.set(id, running)
    return running
  }

  client.on('changed', (change) => {
    if (change.room !== room || !('content' in change)) return
    const known = read.value.get(change.message)
    if (known !== undefined)
      read.value = new Map([...read.value, [change.message, { ...known, ...change.content, msg: change.content.msg }]])
  })
  client.on('missed', (missed) => {
    if (missed.room !== room) return
    reads.clear()
    for (const id of read.value.keys()) void readOnce(id)
  })

  return {
    of: (id) => loaded.value.get(id) ?? read.value.get(id),
    request: (id) => {
      if (!loaded.peek().has(id)) void readOnce(id)
    },
    seqOf: async (id) => {
      if (!loaded.peek().has(id)) await readOnce(id)
      return (loaded.peek().get(id) ?? read.peek().get(id))?.seq
    },
  }
}
