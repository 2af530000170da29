import { parseJson } from '../protocol/parse-json.ts'
import type { MessageDraft } from './call-types.ts'

/** The part of the Web Storage API that the client uses; `localStorage` has it. */
export interface UnsentStorage {
  readonly length: number
  key(index: number): string | null
  getItem(key: string): string | null
  setItem(key: string, value: string): void
  removeItem(key: string): void
}

/** A message with the id under which it is stored once, however often it is sent. */
export type OwnMessage = Required<MessageDraft>

/**
 * The user's unsent messages, outside the process.
 *
 * Promises:  a message is written before it is sent, and removed when it is
 *            stored or refused; what an earlier process has left is read once.
 *            Several processes may share a storage: a message that two of them
 *            send is stored once.
 */
export interface Unsent {
  add(room: string, message: OwnMessage): void
  remove(message: OwnMessage): void
  /** The user is known. Returns the messages that an earlier process has left, oldest first. */
  bound(user: string): readonly (readonly [room: string, message: OwnMessage])[]
}

export const createUnsent = (storage: UnsentStorage | undefined): Unsent => {
  let prefix: string | undefined
  /** Sent before the user was known. */
  const early = new Map<string, string>()

  const write = (id: string, text: string): void => {
    try {
      storage?.setItem(prefix + id, text)
    } catch {
      // A full storage must not prevent the message from being sent.
    }
  }
  const leftBehind = (mine: string): [room: string, message: OwnMessage][] => {
    const keys = Array.from({ length: storage?.length ?? 0 }, (_, index) => storage?.key(index) ?? '')
    return keys
      .filter((key) => key.startsWith(mine))
      .sort()
      .map((key) => parseJson(storage?.getItem(key) ?? ''))
      .filter(Array.isArray) as [string, OwnMessage][]
  }

  return {
    add: (room, message) => {
      const text = JSON.stringify([room, message])
      if (prefix === undefined) early.set(message.id, text)
      else write(message.id, text)
    },
    remove: ({ id }) => {
      early.delete(id)
      if (prefix !== undefined) storage?.removeItem(prefix + id)
    },
    bound: (user) => {
      if (prefix !== undefined) return []
      prefix = `chat-client.unsent.${user}.`
      const found = leftBehind(prefix)
      for (const [id, text] of early) write(id, text)
      early.clear()
      return found
    },
  }
}
