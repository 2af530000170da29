import { createChatNamespace } from './chat-namespace.ts'
import type { Tier } from './programs.ts'
import { startService } from './replica.ts'
import type { ChatSize, RunningChat, StartReplica } from './running-chat.ts'
import { runChat } from './running-chat.ts'
import type { Environment, Replica } from './server.ts'
import type { Stack } from './stack.ts'

export interface ChatOptions extends ChatSize {
  /** Variables for every process; they override the defaults. */
  readonly env?: Environment
  /** Programs that replace a service, by tier; they run as processes on this machine. */
  readonly entries?: { readonly gateway?: string | undefined; readonly writer?: string | undefined }
}

export interface Chat extends RunningChat {
  /** `entry`: a program that replaces the gateway and runs as a process on this machine. */
  addGateway(env?: Environment, entry?: string): Promise<Replica>
  addWriter(env?: Environment, entry?: string): Promise<Replica>
}

/**
 * Creates a namespace, then starts writers and gateways; resolves when all are
 * ready. Disposing of it kills them and drops the data of the namespace; the stack
 * continues to run.
 */
export const startChat = async (stack: Stack, options: ChatOptions = {}): Promise<Chat> => {
  const chatNamespace = await createChatNamespace(stack, options.env ?? {})
  const owned = new AsyncDisposableStack()
  // Only a clean-up for later tests: its failure must not hide a failure of this test.
  owned.defer(() => stack.dropNamespace(chatNamespace.namespace).catch(() => {}))
  const startOf = (tier: Tier, entry = options.entries?.[tier]): StartReplica | undefined =>
    entry === undefined
      ? undefined
      : (role, env) => startService(role, { entry, env: { ...chatNamespace.environment(role), ...env } })
  const starts = { gateway: startOf('gateway'), writer: startOf('writer') }
  const running = await runChat(chatNamespace, { ...options, starts }, owned).catch(async (error: unknown) => {
    await owned.disposeAsync()
    throw error
  })
  return {
    ...running,
    addGateway: (env, entry) => running.add('gateway', env, startOf('gateway', entry)),
    addWriter: (env, entry) => running.add('writer', env, startOf('writer', entry)),
  }
}
