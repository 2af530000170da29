import { makeChatSpace } from '../stack/chat-space.ts'
import { dockerStack } from '../stack/containers/docker-stack.ts'
import type { StackImages } from '../stack/containers/stack-images.ts'
import { stackImages } from '../stack/containers/stack-images.ts'
import { DisposalStack } from '../stack/disposal-stack.ts'
import { runChat } from '../stack/running-chat.ts'
import type { Environment } from '../stack/server.ts'
import { pullImages, sayOnStderr } from './pull-images.ts'
import type { StartedChatStack } from './started-chat-stack.ts'
import { startedChatStack } from './started-chat-stack.ts'
import { accessFor, tokenIssuer } from './token-issuer.ts'

/**
 * The whole system in containers, for tests:
 * `await using stack = await new ChatStack().withGateways(2).withWriters(2).start()`.
 *
 * Promises:  an empty system for every start, on free ports; disposing of the
 *            handle removes all of it. The images are those that this release
 *            was tested with.
 * Requires:  only a Docker engine on this machine.
 */
export class ChatStack {
  #gateways = 1
  #writers = 1
  #env: Environment = {}
  #images: StackImages = stackImages()
  #asksForTokens = false
  #say = sayOnStderr

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

  /** The image of the chat service, for example from a registry of yours. */
  withImage(image: string): this {
    return this.withImages({ chat: image })
  }

  withImages(images: Partial<StackImages>): this {
    this.#images = { ...this.#images, ...images }
    return this
  }

  /** Gateways require tokens, as in production; `tokenFor` creates them. */
  withTokens(): this {
    this.#asksForTokens = true
    return this
  }

  /** Receives a line before and after each pull of an image; stderr unless given. */
  withProgress(say: (line: string) => void): this {
    this.#say = say
    return this
  }

  /** Resolves when every part is ready. */
  async start(): Promise<StartedChatStack> {
    const issuer = this.#asksForTokens ? tokenIssuer() : undefined
    await pullImages(Object.values(this.#images), this.#say)
    const roles = [...this.#numbered('gateway', this.#gateways), ...this.#numbered('writer', this.#writers)]
    const { stack } = await dockerStack(this.#images, roles)
    await using owned = new DisposalStack()
    owned.use(stack)
    const parts = owned.use(new DisposalStack())
    const space = await makeChatSpace(stack, { ...accessFor(issuer), ...this.#env })
    const chat = await runChat(space, { gateways: this.#gateways, writers: this.#writers }, parts)
    owned.move()
    return startedChatStack(stack, chat, issuer)
  }

  #numbered(tier: string, count: number): string[] {
    return Array.from({ length: count }, (_, index) => `${tier}-${index + 1}`)
  }
}
