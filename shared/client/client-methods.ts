import type { Chat, Membership, Message } from '../domain/events.ts'
import { defaultUsersPerCommand } from '../protocol/limits.ts'
import type { RequestEvent } from '../protocol/requests.ts'
import type { CallOptions, Person, UserRef } from './call-types.ts'
import type { ChatClient } from './chat-client.ts'
import { ChatError } from './chat-error.ts'
import type { Ask } from './history.ts'
import { chatsOf, messagesOf } from './history.ts'
import { createMessageMethods, messageBody, ownMessage } from './message-methods.ts'
import { newId } from './new-id.ts'
import type { CreateRequest } from './outgoing-request.ts'
import type { Readiness } from './readiness.ts'
import type { RequestScheduler } from './request-scheduler.ts'
import type { RoomCalls } from './room-calls.ts'
import type { Unsent } from './unsent.ts'

/** The methods of a client that send requests. */
export type ClientMethods = RoomCalls & Pick<ChatClient, 'createChat' | 'chats' | 'users' | 'findUsers'>

/** The parts of a client that its methods use. */
export interface ClientMethodsDeps {
  readonly scheduler: RequestScheduler
  readonly request: CreateRequest
  readonly readiness: Readiness
  readonly unsent: Unsent
}

/** External ids per request: as many of the greatest length as fit into a frame. */
const externalIdsPerRequest = 80

const inParts = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, part) => items.slice(part * size, (part + 1) * size))

const unknownUsers = (externalUserIds: readonly string[]): ChatError =>
  new ChatError('unknown_user', `not found: ${externalUserIds.join(', ')}`, {
    details: { externalUserIds },
  })

/** Creates the methods of a client that send requests of the protocol. */
export const createClientMethods = ({ scheduler, request, readiness, unsent }: ClientMethodsDeps): ClientMethods => {
  const ask: Ask = (event, body, signal) => scheduler.run(request(event, body), { signal })

  /** The calls that change a room share one lane, which keeps their order. */
  const change = async <Answer>(
    event: RequestEvent,
    room: string,
    body: object | Promise<object>,
    call: CallOptions = {},
  ): Promise<Answer> => {
    const make = (made: object) => request(event, made, event === 'create-chat' ? undefined : room)
    const outgoing = body instanceof Promise ? body.then(make) : make(body)
    return (await scheduler.run(outgoing, { lane: room, signal: call.signal })) as unknown as Answer
  }

  const people = async (field: string, size: number, values: readonly string[], call: CallOptions = {}): Promise<Person[]> => {
    const requests = inParts(values, size).map((part) => ask('get-users', { [field]: part }, call.signal))
    const answers = await Promise.all(requests)
    return answers.flatMap(({ users }) => users as Person[])
  }

  const findUsers: ClientMethods['findUsers'] = (ids, call) => people('externalUserIds', externalIdsPerRequest, ids, call)

  const idsOf = async (
    users: readonly UserRef[],
    external: readonly string[],
    call?: CallOptions,
  ): Promise<readonly string[]> => {
    const found = new Map((await findUsers(external, call)).map(({ externalUserId, id }) => [externalUserId, id]))
    const missing = external.filter((id) => !found.has(id))
    if (missing.length > 0) throw unknownUsers(missing)
    return users.map((user) => (typeof user === 'string' ? user : (found.get(user.externalUserId) ?? '')))
  }

  /** A body that names these users by their ids; external ids are looked up first. */
  const naming = (
    users: readonly UserRef[],
    call: CallOptions | undefined,
    make: (users: readonly string[]) => object,
  ): object | Promise<object> => {
    const external = users.flatMap((user) => (typeof user === 'string' ? [] : [user.externalUserId]))
    return external.length === 0 ? make(users as readonly string[]) : idsOf(users, external, call).then(make)
  }

  const changeUsers =
    (event: 'add-users' | 'remove-users'): ClientMethods['addUsers'] =>
    (room, refs, call) =>
      change<Membership>(
        event,
        room,
        naming(refs, call, (users) => ({ users, id: call?.id ?? newId() })),
        call,
      )

  return {
    createChat: async ({ name, users: refs, id: ownId }, call) => {
      const id = ownId ?? newId()
      const body = naming(refs, call, (users) => ({ chat: { name, id }, users }))
      const { chat } = await change<{ chat: Chat }>('create-chat', id, body, call)
      return chat
    },
    addUsers: changeUsers('add-users'),
    removeUsers: changeUsers('remove-users'),
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
    chats: (page) => chatsOf(ask, async () => (await readiness.wait(page?.signal)).id, page),
    messages: (room, page) => messagesOf(ask, room, page),
    ...createMessageMethods(ask, change),
    users: (ids, call) => people('users', defaultUsersPerCommand, ids, call),
    findUsers,
  }
}
