import type { Chat } from '../domain/events.ts'
import type { Asker } from './asker.ts'
import type { Body } from './frames.ts'
import type { CreateRequest } from './requests.ts'

/** As many as the service gives at a time. */
const chatsPerPage = 200

export interface ChatLookUpPorts {
  readonly asker: Asker
  readonly request: CreateRequest
  readonly me: () => string
  /** Those of a page that were sought, together. */
  readonly found: (chats: readonly Chat[]) => void
  /** The room is not the user's any more. */
  readonly gone: (room: string) => void
}

/**
 * Goes through the user's chats until all rooms that are sought are found or
 * gone, then calls `done`. A room may be neither: it was active meanwhile, and
 * went to a page that had been read. It is to be sought again.
 */
export type ChatLookUp = (sought: Set<string>, done: () => void) => void

export const createChatLookUp = ({ asker, request, me, found, gone }: ChatLookUpPorts): ChatLookUp => {
  const lookUp = (sought: Set<string>, done: () => void, cursor?: string): void => {
    const query = { limit: chatsPerPage, cursor }
    const read = ({ chats, next_cursor: next }: Body): void => {
      found((chats as Chat[]).filter(({ id }) => sought.delete(id)))
      if (sought.size > 0 && next !== undefined) lookUp(sought, done, next as string)
      else check([...sought], done)
    }
    asker.ask(() => request('list-chats', { user: { id: me() }, query }), read)
  }

  const check = ([room, ...others]: readonly string[], done: () => void): void => {
    if (room === undefined) return done()
    const goOn = (): void => check(others, done)
    const left = (): void => {
      gone(room)
      goOn()
    }
    asker.ask(() => request('list-messages', { chat: { id: room }, query: { limit: 1 } }), goOn, left)
  }

  return lookUp
}
