import type { FrameBody } from './frames.ts'
import type { ListedChat } from './history.ts'
import type { InternalRequests } from './internal-requests.ts'
import type { CreateRequest } from './outgoing-request.ts'

/** The most entries that the service returns in one page. */
const chatsPerPage = 200

/** The parts of a client that a look-up uses, and the receivers of its results. */
export interface ChatLookUpDeps {
  readonly requests: InternalRequests
  readonly request: CreateRequest
  readonly me: () => string
  /** The sought chats of one page. */
  readonly found: (chats: readonly ListedChat[]) => void
  /** The user is no longer a member of the room. */
  readonly gone: (room: string) => void
}

/**
 * Reads the user's chats page by page until each sought room is found or known
 * to be gone, then calls `done`. A room that is active meanwhile moves to a page
 * that was read already. It is then neither found nor gone, and the caller looks
 * it up again.
 */
export type ChatLookUp = (sought: Set<string>, done: () => void) => void

export const createChatLookUp = ({ requests, request, me, found, gone }: ChatLookUpDeps): ChatLookUp => {
  const lookUp = (sought: Set<string>, done: () => void, cursor?: string): void => {
    const query = { limit: chatsPerPage, cursor }
    const read = ({ chats, next_cursor: next }: FrameBody): void => {
      found((chats as ListedChat[]).filter(({ id }) => sought.delete(id)))
      if (sought.size > 0 && next !== undefined) lookUp(sought, done, next as string)
      else check([...sought], done)
    }
    requests.ask(() => request('list-chats', { user: { id: me() }, query }), read)
  }

  const check = ([room, ...others]: readonly string[], done: () => void): void => {
    if (room === undefined) return done()
    const checkOthers = (): void => check(others, done)
    const left = (): void => {
      gone(room)
      checkOthers()
    }
    requests.ask(() => request('list-messages', { chat: { id: room }, query: { limit: 1 } }), checkOthers, left)
  }

  return lookUp
}
