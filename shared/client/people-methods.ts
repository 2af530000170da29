import type { Chat, User } from '../domain/events.ts'
import type { RequestEvent } from '../protocol/requests.ts'
import type { Block, ChangeOptions } from './call-types.ts'
import type { Ask } from './history.ts'
import { entriesOf } from './history.ts'
import { newId } from './new-id.ts'
import type { PeopleCalls } from './people-calls.ts'

/** Sends a request that changes the own user, in the order of the calls. */
export type ChangeSelf = <Answer>(event: RequestEvent, body: object, call?: ChangeOptions) => Promise<Answer>

/** Creates the methods of a client that concern people. `updated` receives the user after each change of its profile. */
export const createPeopleMethods = (ask: Ask, changeSelf: ChangeSelf, updated: (user: User) => void): PeopleCalls => {
  const setBlock = async (user: string, on: boolean, call?: ChangeOptions): Promise<void> => {
    await changeSelf('set-block', { user, on, id: call?.id ?? newId() }, call)
  }
  return {
    directChat: async (user, call) =>
      (await changeSelf<{ chat: Chat }>('create-chat', { users: [user], direct: true }, call)).chat,
    updateUser: async (change, call) => {
      const body = { user: change, id: call?.id ?? newId() }
      const { user } = await changeSelf<{ user: User }>('update-user', body, call)
      updated(user)
      return user
    },
    block: (user, call) => setBlock(user, true, call),
    unblock: (user, call) => setBlock(user, false, call),
    listBlocks: (page = {}) => entriesOf<Block>(ask, 'list-blocks', 'blocks', {}, {}, page),
  }
}
