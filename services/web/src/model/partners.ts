import { device } from './device-storage.ts'

/** The other user of each chat of two. Remembered on this device, so that the chat keeps its colour after that user has left. */
export interface Partners {
  /** The partner in a room that has these members now; undefined in a chat of more than two. */
  of(room: string, members: readonly string[]): string | undefined
}

export const createPartners = (user: string): Partners => {
  const prefix = `chat.partner.${user}.`
  return {
    of: (room, members) => {
      const others = members.filter((id) => id !== user)
      if (others.length > 1) return undefined
      const known = device.recall(prefix + room) as string | undefined
      const [partner = known] = others
      if (partner !== known) device.remember(prefix + room, partner)
      return partner
    },
  }
}
