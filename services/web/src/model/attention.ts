import type { RoomMessage } from '../../../../shared/client/chat-events.ts'
import type { ViewedRoom } from './room.ts'

/** Whether a new message may interrupt the user: in a muted chat, only one that mentions the user by name. */
export const mayInterrupt = ({ settings }: Pick<ViewedRoom, 'settings'>, { mentions }: RoomMessage, me: string): boolean =>
  !settings.isMuted.value || (mentions !== 'all' && mentions?.includes(me) === true)

/** Whether a new message shows a hidden chat in the list again: an own message, or one that may interrupt the user. */
export const endsHiding = (room: Pick<ViewedRoom, 'settings'>, message: RoomMessage, me: string): boolean =>
  room.settings.isHidden.value && (message.user_id === me || mayInterrupt(room, message, me))
