import { laterMarker } from '../../../shared/domain/read-marker.ts'
import type {
  MarkerChange,
  MemberMarkers,
  MemberSettings,
  MemberStates,
  SettingsChange,
  ThreadMarkerChange,
  ThreadMarkers,
} from '../../../shared/ports/member-state.ts'
import type { MemberEntry, MemberUnread } from '../../../shared/ports/read-model.ts'
import { messageOf } from './memory-messages.ts'
import type { ChatRow, MemberRow, MemoryTables, MessageRow } from './memory-rows.ts'
import { isMember } from './memory-tables.ts'

const everyone = '00000000-0000-0000-0000-000000000000'
const untouched: MemberRow = { read: undefined, delivered: 0, mutedUntil: undefined, isHidden: undefined }

const keyOf = (room: string, user: string): string => `${room} ${user}`

const rowOf = (tables: MemoryTables, room: string, user: string): MemberRow =>
  tables.memberStates.get(keyOf(room, user)) ?? untouched

const isMentioned = ({ data }: MessageRow, user: string): boolean => {
  const { mentions = [] } = JSON.parse(data) as { mentions?: 'all' | readonly string[] }
  return mentions === 'all' || mentions.includes(user) || mentions.includes(everyone)
}

/** The marker of a member, and the messages after it, counted one by one. */
export const unreadState = (tables: MemoryTables, chat: ChatRow, user: string): MemberUnread => {
  const { read } = rowOf(tables, chat.id, user)
  const seq = Math.max(read?.seq ?? 0, chat.members.get(user)?.since ?? 0)
  const after = (tables.messages.get(chat.id) ?? []).filter((row) => row.seq > seq && !row.state.isDeleted)
  return {
    read: { gen: read?.gen ?? 0, seq },
    unread: after.length,
    mentions: Math.min(100, after.filter((row) => isMentioned(row, user)).length),
  }
}

/** The markers of a member as the list of members shows them. */
export const memberMarkers = (tables: MemoryTables, chat: ChatRow, user: string): Pick<MemberEntry, 'read' | 'delivered'> => {
  const { delivered } = rowOf(tables, chat.id, user)
  return { read: unreadState(tables, chat, user).read, ...(delivered === 0 ? {} : { delivered }) }
}

/** The settings of a member, without those that have no effect. */
export const memberSettings = (tables: MemoryTables, room: string, user: string): MemberSettings => {
  const { mutedUntil, isHidden } = rowOf(tables, room, user)
  const isMuted = mutedUntil !== undefined && Date.parse(mutedUntil) > Date.now()
  return { ...(isMuted ? { mutedUntil } : {}), ...(isHidden === true ? { isHidden } : {}) }
}

const clip = (seq: number, head: number): number => Math.min(seq, head)

const marked = (row: MemberRow, { read, posted = 0, delivered = 0 }: MarkerChange, head: number): MemberRow => {
  const clipped = read && { gen: read.gen, seq: clip(read.seq, head) }
  const later = clipped === undefined || row.read === undefined ? (clipped ?? row.read) : laterMarker(row.read, clipped)
  const own = clip(posted, head)
  return {
    ...row,
    read: own > (later?.seq ?? 0) ? { gen: later?.gen ?? 0, seq: own } : later,
    delivered: Math.max(row.delivered, clip(delivered, head)),
  }
}

const isOther = (one: MemberRow, other: MemberRow): boolean =>
  one.read?.gen !== other.read?.gen || one.read?.seq !== other.read?.seq || one.delivered !== other.delivered

/** The MemberStates in memory. */
export const memoryMemberStates = (tables: MemoryTables): MemberStates => {
  const chatFor = (room: string, user: string): ChatRow | undefined => {
    const chat = tables.chats.get(room)
    return chat !== undefined && isMember(chat, user) ? chat : undefined
  }

  const mark = (change: MarkerChange): MemberMarkers | undefined => {
    const { room, user } = change
    const chat = chatFor(room, user)
    if (chat === undefined) return undefined
    const before = rowOf(tables, room, user)
    const after = marked(before, change, chat.head)
    const hasMoved = isOther(before, after)
    if (hasMoved) tables.memberStates.set(keyOf(room, user), after)
    if (change.withoutResult === true) return undefined
    return { ...unreadState(tables, chat, user), delivered: after.delivered, head: chat.head, hasMoved }
  }

  const configure = ({ room, user, mutedUntil, isHidden }: SettingsChange): MemberSettings | undefined => {
    if (chatFor(room, user) === undefined) return undefined
    const row = rowOf(tables, room, user)
    const after = { ...row, mutedUntil: mutedUntil ?? row.mutedUntil, isHidden: isHidden ?? row.isHidden }
    tables.memberStates.set(keyOf(room, user), after)
    return memberSettings(tables, room, user)
  }

  const markThread = ({ room, user, thread, read }: ThreadMarkerChange): ThreadMarkers | undefined => {
    const chat = chatFor(room, user)
    const root = messageOf(tables, room, thread)
    if (chat === undefined || root === undefined || root.state.thread !== undefined) return undefined
    const wanted = { gen: read.gen, seq: clip(read.seq, chat.head) }
    const after = laterMarker(tables.threadMarkers.get(`${room} ${user} ${thread}`) ?? wanted, wanted)
    tables.threadMarkers.set(`${room} ${user} ${thread}`, after)
    const unread = (tables.messages.get(room) ?? []).filter(
      ({ seq, state }) => state.thread === thread && seq > after.seq && !state.isDeleted,
    )
    return { read: after, unread: Math.min(1_000, unread.length), head: chat.head }
  }

  return {
    mark: async (changes) => changes.map(mark),
    markThreads: async (changes) => changes.map(markThread),
    configure: async (changes) => changes.map(configure),
  }
}
