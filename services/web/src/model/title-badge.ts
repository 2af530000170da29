import type { ViewedRoom } from './room.ts'

/** The unread messages of all chats that are not muted. */
export const unreadInTitle = (rooms: readonly Pick<ViewedRoom, 'unread' | 'settings' | 'hasLeft'>[]): number =>
  rooms
    .filter(({ settings, hasLeft }) => !settings.isMuted.value && !hasLeft.value)
    .reduce((sum, { unread }) => sum + unread.value, 0)
