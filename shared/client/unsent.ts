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
export type OwnMessage = MessageDraft & { readonly type: string; readonly id: string }

/**
 * The user's unsent messages, outside the process.
 *
 * Promises:  a message is written before it is sent, and removed when it is
 *            stored or refused; messages that an earlier process has left are read
 *            once. Several processes may share a storage: a message that two of them
 *            send is stored once.
 */
export interface Unsent {
  add(room: string, message: OwnMessage): void
  remove(message: { readonly id: string }): void
  /** The user is bound. Returns, once, the messages that an earlier process has left, oldest first. */
  bound(externalUserId: string): readonly (readonly [room: string, message: OwnMessage])[]
}

/** `externalUserId`: the user, if it is known before it is bound. Until then messages are kept in memory only. */
export const createUnsent = (storage: UnsentStorage | undefined, externalUserId: string | undefined): Unsent => {
  const prefixOf = (user: string): string => `chat-client.unsent:${encodeURIComponent(user)}:`
  let prefix = externalUserId === undefined ? undefined : prefixOf(externalUserId)
  let isBound = false
  /** The messages of this process. */
  const own = new Map<string, string>()

  const write = (id: string, text: string): void => {
    try {
      if (prefix !== undefined) storage?.setItem(prefix + id, text)
    } catch {
      // A full storage must not prevent the message from being sent.
    }
  }
  const stored = (): [room: string, message: OwnMessage][] =>
    Array.from({ length: storage?.length ?? 0 }, (_, index) => storage?.key(index) ?? '')
      .filter((key) => key.startsWith(prefix ?? ''))
      .sort()
      .map((key) => parseJson(storage?.getItem(key) ?? ''))
      .filter(Array.isArray) as [string, OwnMessage][]

  return {
    add: (room, message) => {
      const text = JSON.stringify([room, message])
      own.set(message.id, text)
      write(message.id, text)
    },
    remove: ({ id }) => {
      own.delete(id)
      if (prefix !== undefined) storage?.removeItem(prefix + id)
    },
    bound: (user) => {
      if (isBound) return []
      isBound = true
      prefix = prefixOf(user)
      for (const [id, text] of own) write(id, text)
      return stored().filter(([, { id }]) => !own.has(id))
    },
  }
}
