import type { Chat, Membership, Message } from '../domain/events.ts'
import { defaultLimits } from '../protocol/limits.ts'
import type { RequestEvent } from '../protocol/requests.ts'
import type { CallOptions, ChatClient, Person } from './chat-client.ts'
import type { Ask } from './history.ts'
import { chatsOf, messagesOf } from './history.ts'
import { newId } from './new-id.ts'
import type { Operations } from './operations.ts'
import type { Readiness } from './readiness.ts'
import type { CreateRequest } from './requests.ts'

export type Calls = Pick<
  ChatClient,
  'createChat' | 'addUsers' | 'removeUsers' | 'send' | 'chats' | 'messages' | 'users' | 'findUsers'
>

const usersPerRequest = defaultLimits.usersPerCommand
/** That many external ids of the greatest length fit into a frame. */
const externalIdsPerRequest = 80

const inParts = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, part) => items.slice(part * size, (part + 1) * size))

/** What an application can ask for, as requests of the protocol. */
export const createCalls = (operations: Operations, request: CreateRequest, readiness: Readiness): Calls => {
  const ask: Ask = (event, body, signal) => operations.run(request(event, body), { signal })

  /** Whatever changes a room goes through the room's own lane. */
  const change = async <Answer>(event: RequestEvent, room: string, body: object, call: CallOptions = {}): Promise<Answer> => {
    const frameRoom = event === 'create-chat' ? undefined : room
    const answer = await operations.run(request(event, body, frameRoom), { lane: room, signal: call.signal })
    return answer as unknown as Answer
  }

  const people = async (field: string, size: number, values: readonly string[], call: CallOptions = {}): Promise<Person[]> => {
    const asked = inParts(values, size).map((part) => ask('get-users', { [field]: part }, call.signal))
    const answers = await Promise.all(asked)
    return answers.flatMap(({ users }) => users as Person[])
  }

  return {
    createChat: async ({ name, users, id = newId() }, call) => {
      const { chat } = await change<{ chat: Chat }>('create-chat', id, { chat: { name, id }, users }, call)
      return chat
    },
    addUsers: (room, users, call) => change<Membership>('add-users', room, { users, id: call?.id ?? newId() }, call),
    removeUsers: (room, users, call) => change<Membership>('remove-users', room, { users, id: call?.id ?? newId() }, call),
    send: (room, draft, call) => {
      const { msg, type = 'text', id = newId() } = typeof draft === 'string' ? { msg: draft } : draft
      return change<Message>('new-message', room, { msg, type, id }, call)
    },
    chats: (page) => chatsOf(ask, async () => (await readiness.wait(page?.signal)).id, page),
    messages: (room, page) => messagesOf(ask, room, page),
    users: (ids, call) => people('users', usersPerRequest, ids, call),
    findUsers: (ids, call) => people('externalUserIds', externalIdsPerRequest, ids, call),
  }
}
