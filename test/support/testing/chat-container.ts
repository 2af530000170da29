import type { ChatClient, ConnectOptions } from '../../../shared/client/chat-client.ts'
import { startContainerService } from '../stack/containers/container-replica.ts'
import { stackImages } from '../stack/containers/stack-images.ts'
import type { Environment, Replica } from '../stack/server.ts'
import { connectedClient } from './connected-client.ts'
import { pullImages, sayOnStderr } from './pull-images.ts'
import type { TokenIssuer } from './token-issuer.ts'
import { accessFor, tokenIssuer } from './token-issuer.ts'

/** A chat in one container, with its own database in it. */
export interface StartedChatContainer extends AsyncDisposable {
  /** The address for clients. */
  readonly url: string
  /** `kill`, `pause`, `resume`, `stop`, `start`, `restart` of the container. Stored data survives these calls. */
  readonly service: Replica
  /** A bound client of this user, which is closed with the container. */
  connect(externalId: string, options?: ConnectOptions): Promise<ChatClient>
  /** A token for a user by its external id; only after `withTokens()`. */
  tokenFor(externalId: string, claims?: Readonly<Record<string, unknown>>): string
  /** The end of the container's log. */
  log(lines?: number): string
  /** Removes the container. The same as leaving the scope of `await using`. */
  stop(): Promise<void>
}

/** The network that every Docker engine has. */
const defaultNetwork = 'bridge'

const started = (service: Replica, issuer: TokenIssuer | undefined): StartedChatContainer => {
  const closing = new AbortController()
  const stop = async (): Promise<void> => {
    closing.abort()
    await service[Symbol.asyncDispose]()
  }
  return {
    url: service.url,
    service,
    connect: (externalId, options = {}) =>
      connectedClient(service.url, externalId, { issuer, signal: closing.signal, ...options }),
    tokenFor: (externalId, claims) => {
      if (issuer === undefined) throw new Error('the chat asks for no tokens: start it withTokens()')
      return issuer.tokenFor(externalId, claims)
    },
    log: (lines = 100) => service.log(lines).join('\n'),
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

/**
 * The chat in one container, for tests that need a chat and no faults:
 * `const chat = await new ChatContainer().start()`.
 *
 * Promises:  an empty chat for each start, on a free port, ready in seconds.
 * Does not:  start Kafka, Postgres, Redis or a second gateway, as `ChatStack` does.
 */
export class ChatContainer {
  #image = stackImages().chat
  #env: Environment = {}
  #asksForTokens = false
  #say = sayOnStderr

  /** The image of the chat service, for example from a registry of yours. */
  withImage(image: string): this {
    this.#image = image
    return this
  }

  /** Variables of the service. */
  withEnvironment(env: Environment): this {
    this.#env = { ...this.#env, ...env }
    return this
  }

  /** The service requires tokens, as in production; `tokenFor` creates them. */
  withTokens(): this {
    this.#asksForTokens = true
    return this
  }

  /** Receives a line before and after each pull of an image; stderr unless given. */
  withProgress(say: (line: string) => void): this {
    this.#say = say
    return this
  }

  /** Resolves when the chat is ready. */
  async start(): Promise<StartedChatContainer> {
    const issuer = this.#asksForTokens ? tokenIssuer() : undefined
    await pullImages([this.#image], this.#say)
    const site = { network: defaultNetwork, image: this.#image }
    const env = { AUTH: 'off', ...accessFor(issuer), ...this.#env }
    return started(await startContainerService('chat', site, ['embedded'], env), issuer)
  }
}
