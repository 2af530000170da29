import type { Chat } from '../../../shared/domain/events.ts'
import { banned, roleOnReturn, roles } from '../../../shared/domain/roles.ts'
import type { ChatCreated } from '../../../shared/room-events/create-chat.ts'
import type { ChatUpdated } from '../../../shared/room-events/update-chat.ts'
import type { MembersUpdated } from '../../../shared/room-events/update-members.ts'
import type { ChangeRows } from './change-rows.ts'
import { filledGroups } from './change-rows.ts'

/** A change of the content of a chat; null: the column stays. `data` and `rules` are JSON texts. */
interface UpdatedChatRow {
  readonly chat_id: string
  readonly name: string | null
  readonly image: string | null
  readonly data: string | null
  readonly rules: string | null
}

/** A change of the stored role of a user. Without `sets_role`, the lasting role stays; without `sets_lowered`, the lower one. */
interface RoleUpdate {
  readonly chat_id: string
  readonly user_id: string
  readonly sets_role: boolean
  readonly role: number | null
  readonly sets_lowered: boolean
  readonly lowered_role: number | null
  readonly lowered_until: string | null
  /** The seq of the event that banned the user, who may never have been a member; null: no event has. */
  readonly banned_seq: number | null
}

const content = ({ name, image, data, rules }: Partial<Chat>): Omit<UpdatedChatRow, 'chat_id'> => ({
  name: name ?? null,
  image: image ?? null,
  data: data === undefined ? null : JSON.stringify(data),
  rules: rules === undefined ? null : JSON.stringify(rules),
})

const noRole = {
  sets_role: false,
  role: null,
  sets_lowered: false,
  lowered_role: null,
  lowered_until: null,
  banned_seq: null,
} as const

/**
 * The changes of chats and of roles by a sequence of events, at most one row per key: the rows are the same, however the
 * events are divided into batches.
 */
export class RoomChanges {
  private readonly chats = new Map<string, UpdatedChatRow>()
  private readonly roles = new Map<string, RoleUpdate>()

  created({ stream, body: { chat } }: ChatCreated): void {
    const { name: _, ...added } = chat
    const update = content(added)
    if (Object.values(update).some((value) => value !== null)) this.chats.set(stream, { chat_id: stream, ...update })
  }

  updated({ stream, body: { chat } }: ChatUpdated): void {
    const given = Object.entries(content(chat)).filter(([, value]) => value !== null)
    const before = this.chats.get(stream) ?? { chat_id: stream, ...content({}) }
    this.chats.set(stream, { ...before, ...Object.fromEntries(given) })
  }

  rolesSet({ stream, body: { users, role, until } }: MembersUpdated): void {
    for (const user of users) {
      const lowered = { sets_lowered: true, lowered_role: until === undefined ? null : roles[role], lowered_until: until ?? null }
      const lasting = until === undefined ? { sets_role: true, role: roles[role] } : {}
      this.setRole(stream, user, { ...lowered, ...lasting })
    }
  }

  banned(chat: string, user: string, seq: number): void {
    const none = { sets_lowered: true, lowered_role: null, lowered_until: null }
    this.setRole(chat, user, { ...none, sets_role: true, role: banned, banned_seq: seq })
  }

  /** The database applies the same rule to the role that it has stored. */
  returned(chat: string, user: string): void {
    const before = this.roles.get(`${chat} ${user}`)
    if (before?.sets_role === true) this.setRole(chat, user, { role: roleOnReturn(before.role) })
  }

  /** The rows that `apply_chat_changes` writes; undefined: the events change no chats or roles. */
  rows(): ChangeRows | undefined {
    return filledGroups({ chats: [...this.chats.values()], roles: [...this.roles.values()] })
  }

  private setRole(chat: string, user: string, change: Partial<RoleUpdate>): void {
    const key = `${chat} ${user}`
    this.roles.set(key, { ...(this.roles.get(key) ?? { ...noRole, chat_id: chat, user_id: user }), ...change })
  }
}
