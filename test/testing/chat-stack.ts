import { createChatNamespace } from '../support/stack/chat-namespace.ts'
import { DisposalStack } from '../support/stack/disposal-stack.ts'
import { runChat } from '../support/stack/running-chat.ts'
import { ChatBuilder } from './chat-builder.ts'
import { dockerStack } from './containers/docker-stack.ts'
import type { StackImages } from './containers/stack-images.ts'
import { pullImages } from './pull-images.ts'
import type { StartedChatStack } from './started-chat-stack.ts'
import { startedChatStack } from './started-chat-stack.ts'
import { accessFor } from './token-issuer.ts'

/**
 * The whole system in containers, for tests:
 * `await using stack = await new ChatStack().withGateways(2).withWriters(2).start()`.
 *
 * Promises:  an empty system for every start, on free ports; disposing of the
 *            handle removes all of it. The images are those that this release
 *            was tested with.
 * Requires:  only a Docker engine on this machine.
 */
export class ChatStack extends ChatBuilder {
  #gateways = 1
  #writers = 1

  withGateways(count: number): this {
    this.#gateways = count
    return this
  }

  withWriters(count: number): this {
    this.#writers = count
    return this
  }

  withImages(images: Partial<StackImages>): this {
    this.images = { ...this.images, ...images }
    return this
  }

  /** Resolves when every part is ready. */
  async start(): Promise<StartedChatStack> {
    const issuer = this.createIssuer()
    await pullImages(Object.values(this.images), this.report)
    const roles = [...this.#numbered('gateway', this.#gateways), ...this.#numbered('writer', this.#writers)]
    const { stack } = await dockerStack(this.images, roles)
    await using owned = new DisposalStack()
    owned.use(stack)
    const parts = owned.use(new DisposalStack())
    const chatNamespace = await createChatNamespace(stack, { ...accessFor(issuer), ...this.environment })
    const chat = await runChat(chatNamespace, { gateways: this.#gateways, writers: this.#writers }, parts)
    if (this.seeded !== undefined) await chat.seed(this.seeded)
    owned.move()
    return startedChatStack(stack, chat, issuer)
  }

  #numbered(tier: string, count: number): string[] {
    return Array.from({ length: count }, (_, index) => `${tier}-${index + 1}`)
  }
}
