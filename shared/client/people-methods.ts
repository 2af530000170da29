import type { Chat, User } from '../domain/events.ts'
import type { RequestEvent } from '../protocol/requests.ts'
import type { ChangeOptions } from './call-types.ts'
import { newId } from './new-id.ts'
import type { PeopleCalls } from './people-calls.ts'

/** Sends a request that changes the own user, in the order of the calls. */
export type ChangeSelf = <Answer>(event: RequestEvent, body: object, call?: ChangeOptions) => Promise<Answer>

/** Creates the methods of a client that concern people. */
export const createPeopleMethods = (changeSelf: ChangeSelf): PeopleCalls => ({
  directChat: async (user, call) =>
    (await changeSelf<{ chat: Chat }>('create-chat', { users: [user], direct: true }, call)).chat,
  updateUser: async (change, call) =>
    (await changeSelf<{ user: User }>('update-user', { user: change, id: call?.id ?? newId() }, call)).user,
})
