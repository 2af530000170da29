import type { Random } from '../../support/simulation/random.ts'

/** A confirmed message of a user of this process. */
export interface PostedMessage {
  readonly id: string
  readonly room: number
  readonly author: number
}

/** The newest messages that this process has posted, which later commands change. Holds a fixed number of them. */
export interface PostedMessages {
  add(message: PostedMessage): void
  /** A random message that meets the condition; undefined if none was found in a few attempts. */
  pick(isWanted: (message: PostedMessage) => boolean): PostedMessage | undefined
  remove(message: PostedMessage): void
}

const attempts = 8

export const createPostedMessages = (random: Random, most = 1_000): PostedMessages => {
  const messages: PostedMessage[] = []
  /** The place of the next message when all places are occupied. */
  let oldest = 0
  return {
    add: (message) => {
      if (messages.length < most) {
        messages.push(message)
        return
      }
      messages[oldest] = message
      oldest = (oldest + 1) % most
    },
    pick: (isWanted) => {
      for (let attempt = 0; attempt < attempts && messages.length > 0; attempt += 1) {
        const message = random.pick(messages)
        if (isWanted(message)) return message
      }
      return undefined
    },
    remove: (message) => {
      const place = messages.indexOf(message)
      if (place >= 0) messages.splice(place, 1)
      oldest = 0
    },
  }
}
