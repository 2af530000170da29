import type { ReadonlySignal } from '@preact/signals'
import { computed, signal } from '@preact/signals'
import type { ListedMember } from '../../../../shared/client/call-types.ts'
import type { ChatClient } from '../../../../shared/client/chat-client.ts'
import type { MovedReadMarker } from '../../../../shared/client/chat-events.ts'
import type { ReadMarker } from '../../../../shared/domain/read-marker.ts'
import { laterMarker } from '../../../../shared/domain/read-marker.ts'
import { defaultLimits } from '../../../../shared/protocol/limits.ts'
import { createMemberList } from './member-list.ts'
import type { People } from './people.ts'

/** To how many of the other members a message was delivered, and how many have read it. */
export interface Receipt {
  readonly delivered: number
  readonly read: number
  /** The other members when the message was sent, who are members still. 0: not known. */
  readonly of: number
}

/** Whether the members of a chat see each other's markers. */
export const hasReceipts = ({ members }: { readonly members: ReadonlySignal<readonly string[]> }): boolean =>
  members.value.length <= defaultLimits.receiptMembers

/** The receipts of the messages of a small chat. A component that reads one is rendered again. */
export interface Receipts {
  /** Of the own message at this seq. */
  of(seq: number): Receipt
  /** Reads the markers of the members now, and follows them. Returns a function that ends it. */
  follow(): () => void
}

interface ReceiptsOptions {
  readonly room: string
  readonly client: Pick<ChatClient, 'listMembers' | 'on' | 'user'>
  readonly people: Pick<People, 'request'>
}

interface Markers {
  readonly read: ReadMarker
  readonly delivered: number
}

type KnownMember = ListedMember & { readonly read: ReadMarker }

/** The service lists no markers in a large chat. */
const isKnown = (member: ListedMember): member is KnownMember => member.read !== undefined

const merged = (one: Markers, other: Markers | undefined): Markers => ({
  read: other === undefined ? one.read : laterMarker(one.read, other.read),
  delivered: Math.max(one.delivered, other?.delivered ?? 0),
})

export const createReceipts = ({ room, client, people }: ReceiptsOptions): Receipts => {
  const list = createMemberList({ room, client, people })
  /** The markers that have moved while the list was followed. */
  const moved = signal<ReadonlyMap<string, Markers>>(new Map())

  const onRead = ({ room: at, user_id: user, seq, gen = 0, delivered = 0 }: MovedReadMarker): void => {
    if (at !== room) return
    const marker = { read: { gen, seq }, delivered }
    moved.value = new Map([...moved.value, [user, merged(marker, moved.value.get(user))]])
  }

  const others = computed(() =>
    (list.members.value ?? [])
      .filter(isKnown)
      .filter(({ user_id }) => user_id !== client.user?.id)
      .map(({ user_id, since = 0, read, delivered = 0 }) => ({
        since,
        ...merged({ read, delivered }, moved.value.get(user_id)),
      })),
  )

  return {
    of: (seq) => {
      const recipients = others.value.filter(({ since }) => since <= seq)
      const hasRead = recipients.filter(({ read }) => read.seq >= seq)
      const hasReceived = recipients.filter(({ read, delivered }) => Math.max(read.seq, delivered) >= seq)
      return { delivered: hasReceived.length, read: hasRead.length, of: recipients.length }
    },
    follow: () => {
      const ends = [client.on('read', onRead), list.follow()]
      return () => {
        for (const end of ends) end()
      }
    },
  }
}
