import { afterAll, beforeAll } from 'vitest'
import type { Environment, Replica } from '../support/stack/replica.ts'
import type { Stack } from '../support/stack/stack.ts'
import type { Chat, ChatOptions } from '../support/stack/start-chat.ts'
import { startChat } from '../support/stack/start-chat.ts'
import { startStack } from '../support/stack/start-stack.ts'

/** A short session, so that a lost writer is detected after two seconds instead of ten. */
export const quickWriters: Environment = {
  CONSUMER_SESSION_MS: '2000',
  CONSUMER_HEARTBEAT_MS: '300',
  CONSUMER_REBALANCE_MS: '3000',
}

export interface OwnChat {
  readonly stack: Stack
  readonly chat: Chat
  gateway(place: number): Replica
}

/** The gateway at this index. */
export const gatewaysOf =
  (chat: Chat): OwnChat['gateway'] =>
  (place) => {
    const found = chat.gateways[place]
    if (found === undefined) throw new Error(`no gateway ${place}`)
    return found
  }

/** A stack and a chat for this `describe` alone, on which faults may be injected; call the result inside a test. */
export const ownChat = (options: ChatOptions, links: readonly string[] = []): (() => OwnChat) => {
  const owned = new AsyncDisposableStack()
  let own: OwnChat | undefined
  beforeAll(async () => {
    const stack = owned.use(await startStack({ links }))
    const chat = owned.use(await startChat(stack, options))
    own = { stack, chat, gateway: gatewaysOf(chat) }
    // Three services and four processes start, possibly on a busy machine.
  }, 300_000)
  afterAll(() => owned.disposeAsync())
  return () => {
    if (own === undefined) throw new Error('the chat did not start')
    return own
  }
}
