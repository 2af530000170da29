import type { ChatClient } from '../../../../shared/client/chat-client.ts'
import type { RoomUnread } from '../../../../shared/client/unread-state.ts'
import { endsHiding } from './attention.ts'
import { hasReceipts } from './receipts.ts'
import type { ViewedRoom } from './room.ts'

/** Reports received messages as delivered in small chats, and shows hidden chats again. */
export interface MessageFollower {
  /** A chat was read from the list, with messages that arrived before. */
  introduced(room: ViewedRoom, counts: RoomUnread | undefined): void
}

type FollowedClient = Pick<ChatClient, 'on' | 'user' | 'markDelivered'>

export const followMessages = (client: FollowedClient, roomOf: (id: string) => ViewedRoom | undefined): MessageFollower => {
  const showAgain = ({ settings }: ViewedRoom): void => void settings.change({ hidden: false }).catch(() => undefined)

  client.on('message', (message) => {
    const room = roomOf(message.room)
    const me = client.user?.id ?? ''
    if (room === undefined) return
    if (endsHiding(room, message, me)) showAgain(room)
    if (message.user_id !== me && hasReceipts(room)) client.markDelivered(room.id, message.seq)
  })

  return {
    introduced: (room, counts) => {
      if (counts === undefined || counts.unread === 0) return
      if (hasReceipts(room)) client.markDelivered(room.id)
      const { isHidden, isMuted } = room.settings
      if (isHidden.value && (!isMuted.value || counts.mentions > 0)) showAgain(room)
    },
  }
}
