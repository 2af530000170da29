import { makeChatSpace } from '../support/stack/chat-space.ts'
import { dockerStack } from '../support/stack/containers/docker-stack.ts'
import type { StackImages } from '../support/stack/containers/stack-images.ts'
import { stackImages } from '../support/stack/containers/stack-images.ts'
import { runChat } from '../support/stack/running-chat.ts'
import type { Environment } from '../support/stack/server.ts'
import type { StartedChatStack } from './started-chat-stack.ts'
import { startedChatStack } from './started-chat-stack.ts'
import { tokenIssuer } from './token-issuer.ts'

/**
 * The whole system in containers, for tests:
 * `await using stack = await new ChatStack().withGateways(2).withWriters(2).start()`.
 *
 * Promises:  an empty system of its own for every start, on free ports; all of
 *            it goes with the handle. Images are those that this release was tested with.
 * Does not:  need anything but a Docker engine on this machine.
 */
export class ChatStack {
  #gateways = 1
  #writers = 1
  #env: Environment = {}
  #images: StackImages = stackImages()
  #asksForTokens = false

  withGateways(count: number): this {
    this.#gateways = count
    return this
  }

  withWriters(count: number): this {
    this.#writers = count
    return this
  }

  /** Variables of the service, for every gateway and writer. */
  withEnvironment(env: Environment): this {
    this.#env = { ...this.#env, ...env }
    return this
  }

  /** The image of the chat service, e.g. from a registry of yours. */
  withImage(image: string): this {
    return this.withImages({ chat: image })
  }

  withImages(images: Partial<StackImages>): this {
    this.#images = { ...this.#images, ...images }
    return this
  }

  /** Gateways ask for tokens, as they do in production; `tokenFor` makes them. */
  withTokens(): this {
    this.#asksForTokens = true
    return this
  }

  /** Resolves when every part is ready. */
  async start(): Promise<StartedChatStack> {
    const issuer = this.#asksForTokens ? tokenIssuer() : undefined
    const access: Environment = issuer ? { AUTH: 'jwt', JWT_SECRET: issuer.secret } : {}
    const roles = [...this.#numbered('gateway', this.#gateways), ...this.#numbered('writer', this.#writers)]
    const { stack } = await dockerStack(this.#images, roles)
    await using owned = new AsyncDisposableStack()
    owned.use(stack)
    const parts = owned.use(new AsyncDisposableStack())
    const space = await makeChatSpace(stack, { ...access, ...this.#env })
    const chat = await runChat(space, { gateways: this.#gateways, writers: this.#writers }, parts)
    owned.move()
    return startedChatStack(stack, chat, issuer)
  }

  #numbered(tier: string, count: number): string[] {
    return Array.from({ length: count }, (_, index) => `${tier}-${index + 1}`)
  }
}
