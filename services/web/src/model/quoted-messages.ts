import type { ReadonlySignal } from '@preact/signals'
import { computed, signal } from '@preact/signals'
import type { MessageVersion } from '../../../../shared/client/call-types.ts'
import type { ChatClient } from '../../../../shared/client/chat-client.ts'
import type { ContentChange, RoomMessage } from '../../../../shared/client/chat-events.ts'
import type { People } from './people.ts'
import type { TimelineEntry } from './timeline.ts'

/** Messages of a room by their ids: those that are loaded, and those that are quoted. */
export interface QuotedMessages {
  /** The message as it is now; undefined until it is known. A component that reads it renders again when it changes. */
  of(id: string): MessageVersion | undefined
  /** The same for a message of the loaded history, which has its reactions, its pin and its replies. */
  loaded(id: string): RoomMessage | undefined
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
  /** The last change of each message that was asked for: an answer may be older. */
  const reported = new Map<string, ContentChange>()

  const readOne = async (id: string): Promise<void> => {
    let first: MessageVersion | undefined
    let newest: MessageVersion | undefined
    for await (const version of client.versions(room, id)) {
      first ??= version
      newest = version
    }
    if (first === undefined || newest === undefined) return
    people.request([newest.user_id])
    const change = reported.get(id)
    const now = change !== undefined && change.seq > newest.seq ? change.content : newest
    read.value = new Map([...read.value, [id, { ...now, room, seq: first.seq }]])
  }

  /** A read that fails is tried again at the next request. */
  const readOnce = (id: string): Promise<void> => {
    const running = reads.get(id) ?? readOne(id).catch(() => void reads.delete(id))
    reads.set(id, running)
    return running
  }

  client.on('changed', (change) => {
    if (change.room !== room || !('content' in change) || !reads.has(change.message)) return
    reported.set(change.message, change)
    const known = read.value.get(change.message)
    if (known !== undefined) read.value = new Map([...read.value, [change.message, { ...change.content, room, seq: known.seq }]])
  })
  const readAgain = (event: { readonly room: string }): void => {
    if (event.room !== room) return
    reads.clear()
    reported.clear()
    for (const id of read.value.keys()) void readOnce(id)
  }
  client.on('erased', readAgain)
  client.on('missed', readAgain)
  client.on('reset', readAgain)

  return {
    of: (id) => loaded.value.get(id) ?? read.value.get(id),
    loaded: (id) => loaded.value.get(id),
    request: (id) => {
      if (!loaded.peek().has(id)) void readOnce(id)
    },
    seqOf: async (id) => {
      if (!loaded.peek().has(id)) await readOnce(id)
      return (loaded.peek().get(id) ?? read.peek().get(id))?.seq
    },
  }
}
