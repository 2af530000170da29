import { makeChatSpace } from './chat-space.ts'
import type { Tier } from './programs.ts'
import { startService } from './replica.ts'
import type { ChatSize, RunningChat, StartReplica } from './running-chat.ts'
import { runChat } from './running-chat.ts'
import type { Environment, Replica } from './server.ts'
import type { Stack } from './stack.ts'

export interface ChatOptions extends ChatSize {
  /** For every process of it, over the defaults. */
  readonly env?: Environment
  /** Other programs than the services themselves, by tier; run as processes of this machine. */
  readonly entries?: { readonly gateway?: string | undefined; readonly writer?: string | undefined }
}

export interface Chat extends RunningChat {
  /** `entry`: another program than the gateway itself, which is run as a process of this machine. */
  addGateway(env?: Environment, entry?: string): Promise<Replica>
  addWriter(env?: Environment, entry?: string): Promise<Replica>
}

/**
 * Makes a space, then starts writers and gateways; resolves when all are
 * ready. Disposing of it kills them and forgets the space; the stack goes on.
 */
export const startChat = async (stack: Stack, options: ChatOptions = {}): Promise<Chat> => {
  const space = await makeChatSpace(stack, options.env ?? {})
  const owned = new AsyncDisposableStack()
  // It tidies up for later tests; its failure must not hide that of this one.
  owned.defer(() => stack.forget(space.namespace).catch(() => {}))
  const startOf = (tier: Tier, entry = options.entries?.[tier]): StartReplica | undefined =>
    entry === undefined ? undefined : (role, env) => startService(role, { entry, env: { ...space.environment(role), ...env } })
  const starts = { gateway: startOf('gateway'), writer: startOf('writer') }
  const running = await runChat(space, { ...options, starts }, owned).catch(async (error: unknown) => {
    await owned.disposeAsync()
    throw error
  })
  return {
    ...running,
    addGateway: (env, entry) => running.add('gateway', env, startOf('gateway', entry)),
    addWriter: (env, entry) => running.add('writer', env, startOf('writer', entry)),
  }
}
