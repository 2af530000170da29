import { batch } from '@preact/signals'
import type { ChatClient } from '../../../../shared/client/chat-client.ts'
import type { ChatEvents } from '../../../../shared/client/chat-events.ts'
import type { People } from './people.ts'
import type { ViewedRoom } from './room.ts'

const changeMembers = (room: ViewedRoom, change: ChatEvents['members']): void => {
  const others = room.members.value.filter((id) => !change.users.includes(id))
  room.members.value = change.change === 'added' ? [...others, ...change.users] : others
  if (change.users.length > 0 || (change.banned ?? []).length > 0) room.addMembers(change)
}

/** Shows the changes of chats and their members, and of the user's settings of them. */
export const followChanges = (
  client: Pick<ChatClient, 'on'>,
  roomOf: (id: string) => ViewedRoom | undefined,
  people: Pick<People, 'request'>,
): void => {
  client.on('members', (change) => {
    const room = roomOf(change.room)
    if (room === undefined) return
    people.request([...change.users, change.user_id])
    batch(() => changeMembers(room, change))
  })
  client.on('roles', (change) => roomOf(change.room)?.addRoles(change))
  client.on('updated', (change) => roomOf(change.room)?.addUpdate(change))
  client.on('settings', ({ room, ...settings }) => roomOf(room)?.settings.show(settings))
  client.on('left', ({ room }) => {
    const over = roomOf(room)
    if (over !== undefined) over.hasLeft.value = true
  })
}
