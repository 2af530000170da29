import type { ChatClient, ConnectOptions } from '../../shared/client/chat-client.ts'
import type { Replica } from '../support/stack/server.ts'
import { ChatBuilder } from './chat-builder.ts'
import { connectedClient } from './connected-client.ts'
import { inputFile, startContainerService } from './containers/container-replica.ts'
import { pullImages } from './pull-images.ts'
import type { TokenIssuer } from './token-issuer.ts'
import { accessFor } from './token-issuer.ts'

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
      if (issuer === undefined) throw new Error('the chat requires no tokens: call withTokens() before start()')
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
export class ChatContainer extends ChatBuilder {
  /** Resolves when the chat is ready. */
  async start(): Promise<StartedChatContainer> {
    const issuer = this.createIssuer()
    await pullImages([this.images.chat], this.report)
    const site = { network: defaultNetwork, image: this.images.chat }
    const env = { AUTH: 'off', ...accessFor(issuer), ...this.environment }
    const args = ['embedded', ...(this.seeded === undefined ? [] : [`--import=${inputFile}`])]
    return started(await startContainerService('chat', site, args, env, this.seeded), issuer)
  }
}
