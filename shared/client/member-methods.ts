import type { Membership } from '../domain/events.ts'
import type { ChatUpdated } from '../room-events/update-chat.ts'
import type { MembersUpdated } from '../room-events/update-members.ts'
import type { ListedMember } from './call-types.ts'
import type { Ask } from './history.ts'
import { entriesOf } from './history.ts'
import type { Change } from './message-methods.ts'
import { newId } from './new-id.ts'
import type { RoomCalls } from './room-calls.ts'

/** The methods of a client that concern a chat and its members. */
export type MemberMethods = Pick<
  RoomCalls,
  'addUsers' | 'removeUsers' | 'leave' | 'ban' | 'update' | 'updateMembers' | 'listMembers'
>

/** Creates the methods of a client that concern a chat and its members. `me`: the id of the bound user. */
export const createMemberMethods = (ask: Ask, change: Change, me: (signal?: AbortSignal) => Promise<string>): MemberMethods => {
  const changeUsers =
    (event: 'add-users' | 'remove-users', more: object = {}): MemberMethods['addUsers'] =>
    (room, users, call) =>
      change<Membership>(event, room, { users, ...more, id: call?.id ?? newId() }, call)

  return {
    addUsers: changeUsers('add-users'),
    removeUsers: changeUsers('remove-users'),
    leave: async (room, call) => changeUsers('remove-users')(room, [await me(call?.signal)], call),
    ban: changeUsers('remove-users', { ban: true }),
    update: async (room, content, call) => {
      const { name, image, data, rules } = content
      const body = { chat: { name, image, data, rules }, id: call?.id ?? newId() }
      return (await change<ChatUpdated['body']>('update-chat', room, body, call)).chat
    },
    updateMembers: (room, users, role, { until, ...call } = {}) =>
      change<MembersUpdated['body']>('update-members', room, { users, role, until, id: call.id ?? newId() }, call),
    listMembers: (room, { role, banned, ...page } = {}) =>
      entriesOf<ListedMember>(ask, 'list-members', 'members', { chat: { id: room } }, { role, banned }, page),
  }
}
