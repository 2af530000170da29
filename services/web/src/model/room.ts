import type { ReadonlySignal, Signal } from '@preact/signals'
import { batch, computed, signal } from '@preact/signals'
import type { ChatClient } from '../../../../shared/client/chat-client.ts'
import type { ChatUpdate, JoinedChat, MembersChange, RolesChange, RoomMessage } from '../../../../shared/client/chat-events.ts'
import type { MessageList } from '../../../../shared/client/room.ts'
import type { ComposingOf } from './composing.ts'
import { createComposing } from './composing.ts'
import type { FileAddresses } from './file-addresses.ts'
import { createFileAddresses } from './file-addresses.ts'
import type { Partners } from './partners.ts'
import type { People } from './people.ts'
import type { Pins } from './pins.ts'
import { createPins } from './pins.ts'
import type { QuotedMessages } from './quoted-messages.ts'
import { createQuotedMessages } from './quoted-messages.ts'
import type { Receipts } from './receipts.ts'
import { createReceipts } from './receipts.ts'
import type { Rights } from './rights.ts'
import { createRights } from './rights.ts'
import type { RoomSettings } from './room-settings.ts'
import { createRoomSettings } from './room-settings.ts'
import type { ChangeEntry, TimelineEntry } from './timeline.ts'
import { appendedTo, membersEntry, messageEntry, rolesEntry, timelineOf, updatedEntry } from './timeline.ts'
import type { UploadsOf } from './uploads.ts'
import { createUploadsOf } from './uploads.ts'

/** A chat on the page: its loaded history, without gaps, up to the newest message. */
export interface ViewedRoom {
  readonly id: string
  readonly name: ReadonlySignal<string>
  readonly image: ReadonlySignal<string | undefined>
  readonly rights: Rights
  /** The only direct chat with its partner. It keeps its two members. */
  readonly isDirect: boolean
  readonly members: Signal<readonly string[]>
  /** The other user of a chat of two, also after that user has left; undefined in a larger chat. */
  readonly partner: ReadonlySignal<string | undefined>
  readonly entries: ReadonlySignal<readonly TimelineEntry[]>
  readonly quoted: QuotedMessages
  readonly composing: ComposingOf
  readonly uploads: UploadsOf
  readonly files: FileAddresses
  readonly pins: Pins
  readonly receipts: Receipts
  readonly settings: RoomSettings
  /** The loaded history begins with the first message. */
  readonly isComplete: ReadonlySignal<boolean>
  readonly isLoading: ReadonlySignal<boolean>
  /** The user is no longer a member. */
  readonly hasLeft: Signal<boolean>
  /** The last seq that was read: on any device if the service stores read markers, else on this one. */
  readonly readUpTo: Signal<number>
  /** The unread messages that the service has counted; undefined: it does not count them. */
  readonly counted: Signal<number | undefined>
  /** The unread messages: `counted`, or else the loaded ones of other users after `readUpTo`. */
  readonly unread: ReadonlySignal<number>
  readonly lastAt: ReadonlySignal<string>
  readonly lastMessage: ReadonlySignal<TimelineEntry | undefined>
  /** Shows the name, image, rules, own role and settings of the chat as the service has them now. */
  joined(chat: JoinedChat): void
  addMembers(change: MembersChange): void
  addRoles(change: RolesChange): void
  addUpdate(change: ChatUpdate): void
  /** Shows the messages as the client has them now. */
  sync(): void
  /** Whether this message is among the newest loaded ones. */
  isRecent(message: string): boolean
  /** Loads up to `count` older messages. Rejects as the client's call does. */
  loadOlder(count: number): Promise<void>
  /** Discards the changes of members. */
  reset(): void
}

/** How many of the newest entries `isRecent` searches. */
const recentCount = 200

interface RoomOptions {
  readonly chat: JoinedChat
  readonly readUpTo: number
  readonly counted: number | undefined
  readonly client: ChatClient
  /** Loads the names of the senders. */
  readonly people: Pick<People, 'request'>
  readonly partners: Partners
  readonly features: ReadonlySignal<ReadonlySet<string>>
}

const sendersOf = (messages: readonly RoomMessage[]): readonly string[] => messages.map(({ user_id }) => user_id)

/** Only messages and changes of members move a chat to the top of the list, as in the service. */
const isActivity = ({ kind }: TimelineEntry): boolean => kind === 'message' || kind === 'members'

export const createRoom = (options: RoomOptions): ViewedRoom => {
  const { chat, client, people, partners, features } = options
  const { id } = chat
  const name = signal(chat.name)
  const image = signal(chat.image)
  const rights = createRights({ chat, client, features })
  const settings = createRoomSettings({ room: id, client, settings: chat.settings })
  const list: MessageList = client.room(id)
  const members = signal(chat.users)
  const entries = signal<readonly TimelineEntry[]>([])
  const isComplete = signal(false)
  const isLoading = signal(false)
  const readUpTo = signal(options.readUpTo)
  const counted = signal(options.counted)
  let shown: readonly RoomMessage[] = []
  let changes: readonly ChangeEntry[] = []

  /** Counts from the newest entry back to the last read one. */
  const countUnread = (): number => {
    let count = 0
    for (let index = entries.value.length - 1; index >= 0; index -= 1) {
      const entry = entries.value[index]
      if (entry === undefined || entry.seq <= readUpTo.value) break
      if (entry.kind === 'message' && entry.message.user_id !== client.user?.id && entry.message.deleted !== true) count += 1
    }
    return count
  }

  const show = (): void => {
    entries.value = timelineOf(shown, changes)
  }

  const add = (entry: ChangeEntry): void => {
    changes = [...changes, entry]
    show()
  }

  const sync = (): void =>
    batch(() => {
      const { messages } = list
      isComplete.value = !list.hasOlder
      if (messages === shown) return
      const appended = appendedTo(shown, messages)
      shown = messages
      people.request(sendersOf(appended ?? messages))
      if (appended?.[0] === undefined || appended[0].seq < (changes.at(-1)?.seq ?? 0)) show()
      else entries.value = [...entries.value, ...appended.map(messageEntry)]
    })

  return {
    id,
    name,
    image,
    rights,
    isDirect: chat.direct === true,
    members,
    partner: computed(() => partners.of(id, members.value)),
    entries,
    pins: createPins(id, client, people),
    receipts: createReceipts({ room: id, client, people }),
    settings,
    quoted: createQuotedMessages({ room: id, entries, client, people }),
    composing: createComposing(),
    uploads: createUploadsOf(id, client),
    files: createFileAddresses(id, client),
    isComplete,
    isLoading,
    hasLeft: signal(false),
    readUpTo,
    counted,
    unread: computed(() => counted.value ?? countUnread()),
    lastAt: computed(() => entries.value.findLast(isActivity)?.at ?? chat.modified_at),
    lastMessage: computed(() => entries.value.findLast(({ kind }) => kind === 'message')),
    joined: (next) => {
      name.value = next.name
      image.value = next.image
      rights.joined(next)
      // Only a chat from the list of chats has settings.
      if (next.settings !== undefined) settings.show(next.settings)
    },
    addMembers: (change) => add(membersEntry(change)),
    addRoles: (change) => {
      rights.rolesChanged(change)
      people.request([...change.users, change.user_id])
      if (change.users.length > 0) add(rolesEntry(change))
    },
    addUpdate: (change) => {
      const { name: nextName, image: nextImage, rules } = change.chat
      if (nextName !== undefined) name.value = nextName
      if (nextImage !== undefined) image.value = nextImage
      if (rules !== undefined) rights.rulesChanged(rules)
      people.request([change.user_id])
      add(updatedEntry(change))
    },
    sync,
    isRecent: (message) =>
      entries.value.slice(-recentCount).some((entry) => entry.kind === 'message' && entry.message.id === message),
    loadOlder: async (count) => {
      // The client may have discarded the history since the last frame.
      sync()
      if (isComplete.value) return
      isLoading.value = true
      try {
        await list.loadOlder(count)
        sync()
      } finally {
        isLoading.value = false
      }
    },
    reset: () => {
      changes = []
      show()
    },
  }
}
