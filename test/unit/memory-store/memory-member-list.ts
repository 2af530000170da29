import type { Role } from '../../../shared/domain/roles.ts'
import { banned, roleName, roleWithout } from '../../../shared/domain/roles.ts'
import type { MemberEntry, MemberPage, MemberQuery } from '../../../shared/ports/read-model.ts'
import { readCursor, writeCursor } from './memory-cursor.ts'
import { memberMarkers } from './memory-member-states.ts'
import type { ChatRow, MemoryTables } from './memory-rows.ts'
import { isMember, presentMembers } from './memory-tables.ts'

/** The lasting role of a member. */
export const lastingRole = (chat: ChatRow, user: string): number =>
  chat.roles.get(user)?.role ?? roleWithout(user === chat.createdBy && chat.name !== '')

/** The role of a member now, and the end of a lower one. */
export const roleNow = (
  chat: ChatRow,
  user: string,
  now: string,
): Pick<MemberEntry, 'until' | 'role_after'> & { readonly role: Role } => {
  const lowered = chat.roles.get(user)?.lowered
  const lasting = lastingRole(chat, user)
  if (lowered === undefined || now >= lowered.until) return { role: roleName(lasting) }
  return { role: roleName(Math.min(lasting, lowered.role)), until: lowered.until, role_after: roleName(lasting) }
}

const bannedIn = (chat: ChatRow): readonly MemberEntry[] =>
  [...chat.roles].filter(([, { role }]) => role === banned).map(([user]) => ({ user }))

const membersIn = (
  tables: MemoryTables,
  chat: ChatRow,
  { markersUpTo = 0 }: MemberQuery,
  now: string,
): readonly MemberEntry[] => {
  const present = presentMembers(chat)
  return present
    .map((user) => ({
      user,
      ...roleNow(chat, user, now),
      since: (chat.members.get(user)?.since ?? 0) + 1,
      ...(present.length > markersUpTo ? {} : memberMarkers(tables, chat, user)),
    }))
    .sort((a, b) => a.since - b.since || (a.user < b.user ? -1 : 1))
}

/** A page of members or of banned users; undefined: the reader is not a member. */
export const memberPage = (tables: MemoryTables, query: MemberQuery, now: string): MemberPage | undefined => {
  const chat = tables.chats.get(query.room)
  if (chat === undefined || !isMember(chat, query.reader)) return undefined
  const place = query.cursor === undefined ? { from: 0 } : readCursor('members', query.cursor)
  const { from: start, role: wanted, banned: isBanned } = { ...query, ...place }
  const all = isBanned === true ? bannedIn(chat) : membersIn(tables, chat, query, now)
  const found = all.filter(({ role }) => wanted === undefined || role === wanted)
  const end = start + query.limit
  return {
    members: found.slice(start, end),
    ...(end < found.length ? { nextCursor: writeCursor('members', { from: end, role: wanted, banned: isBanned }) } : {}),
  }
}
