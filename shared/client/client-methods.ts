import type { Chat, Message } from '../domain/events.ts'
import type { RequestEvent } from '../protocol/requests.ts'
import type { CallOptions, ChatSettings, Person, ThreadUnread } from './call-types.ts'
import type { ChatClient } from './chat-client.ts'
import type { AskRoom } from './file-methods.ts'
import { createFileMethods } from './file-methods.ts'
import type { Ask } from './history.ts'
import { chatsOf, messagesOf } from './history.ts'
import { createMemberMethods } from './member-methods.ts'
import { createMessageMethods, messageBody, ownMessage } from './message-methods.ts'
import { newId } from './new-id.ts'
import type { CreateRequest } from './outgoing-request.ts'
import type { PeopleCalls } from './people-calls.ts'
import { createPeopleMethods } from './people-methods.ts'
import type { Readiness } from './readiness.ts'
import type { RequestScheduler } from './request-scheduler.ts'
import type { RoomCalls } from './room-calls.ts'
import type { UnreadRooms } from './unread.ts'
import type { Unsent } from './unsent.ts'

/** The methods of a client that send requests. */
export type ClientMethods = Omit<RoomCalls, 'typing' | 'signal'> &
  PeopleCalls &
  Pick<ChatClient, 'createChat' | 'chats' | 'users' | 'findUsers'>

/** The parts of a client that its methods use. */
export interface ClientMethodsDeps {
  /** The URL of the socket. */
  readonly url: URL
  readonly scheduler: RequestScheduler
  readonly request: CreateRequest
  readonly readiness: Readiness
  readonly unsent: Unsent
  readonly unread: Pick<UnreadRooms, 'markRead' | 'markDelivered' | 'markUnread'>
}

/** Ids per request: the service answers with the whole profiles of at most so many users. */
const idsPerRequest = 100

/** External ids per request: as many of the greatest length as fit into a frame. */
const externalIdsPerRequest = 80

const inParts = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, part) => items.slice(part * size, (part + 1) * size))

/** Creates the methods of a client that send requests of the protocol. */
export const createClientMethods = ({ url, scheduler, request, readiness, unsent, unread }: ClientMethodsDeps): ClientMethods => {
  const ask: Ask = (event, body, signal) => scheduler.run(request(event, body), { signal })

  const askRoom: AskRoom = (event, room, body, signal) => scheduler.run(request(event, body, room), { signal })

  /** The calls that change a room share one lane, which keeps their order. */
  const change = async <Answer>(event: RequestEvent, room: string, body: object, call: CallOptions = {}): Promise<Answer> => {
    const outgoing = request(event, body, event === 'create-chat' ? undefined : room)
    return (await scheduler.run(outgoing, { lane: room, signal: call.signal })) as unknown as Answer
  }

  /** The calls that change the own user share one lane. */
  const changeSelf = async <Answer>(event: RequestEvent, body: object, call: CallOptions = {}): Promise<Answer> =>
    (await scheduler.run(request(event, body), { lane: 'self', signal: call.signal })) as unknown as Answer

  const people = async (field: string, size: number, values: readonly string[], call: CallOptions = {}): Promise<Person[]> => {
    const requests = inParts(values, size).map((part) => ask('get-users', { [field]: part }, call.signal))
    const answers = await Promise.all(requests)
    return answers.flatMap(({ users }) => users as Person[])
  }

  const findUsers: ClientMethods['findUsers'] = (ids, call) => people('externalUserIds', externalIdsPerRequest, ids, call)

  const me = async (signal?: AbortSignal): Promise<string> => (await readiness.wait(signal)).id

  return {
    createChat: async ({ users, id: ownId, name, image, data, rules }, call) => {
      const id = ownId ?? newId()
      const body = { chat: { name, id, image, data, rules }, users }
      const { chat } = await change<{ chat: Chat }>('create-chat', id, body, call)
      return chat
    },
    send: async (room, draft, call) => {
      const message = ownMessage(draft)
      unsent.add(room, message)
      try {
        const stored = await change<Message>('new-message', room, messageBody(message), call)
        unsent.remove(message)
        return stored
      } catch (error) {
        // When the client ends, the outcome of a message in flight is unknown: the next process sends it again.
        if (!scheduler.isEnded) unsent.remove(message)
        throw error
      }
    },
    chats: (page) => chatsOf(ask, () => me(page?.signal), page),
    messages: (room, page) => messagesOf(ask, room, page),
    ...createMessageMethods(ask, change),
    ...createMemberMethods(ask, change, me),
    markRead: unread.markRead,
    markDelivered: unread.markDelivered,
    markUnread: unread.markUnread,
    markThread: async (room, thread, seq = 0, { signal } = {}) => {
      const { unread: count, ...read } = await askRoom('mark-read', room, { seq, thread }, signal)
      return { read: { gen: read.gen, seq: read.seq }, unread: count } as ThreadUnread
    },
    setChatSettings: async (room, { mutedUntil, hidden, signal }) =>
      (await askRoom('set-chat-settings', room, { muted_until: mutedUntil, hidden }, signal)) as ChatSettings,
    ...createFileMethods(askRoom, url),
    ...createPeopleMethods(ask, changeSelf, readiness.bound),
    users: (ids, call) => people('users', idsPerRequest, ids, call),
    findUsers,
  }
}
