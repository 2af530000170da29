import type { Environment } from '../support/stack/server.ts'
import type { StackImages } from './containers/stack-images.ts'
import { stackImages } from './containers/stack-images.ts'
import { reportOnStderr } from './pull-images.ts'
import type { TokenIssuer } from './token-issuer.ts'
import { tokenIssuer } from './token-issuer.ts'

/** The settings that a chat in one container and a whole stack have in common. */
export abstract class ChatBuilder {
  protected images: StackImages = stackImages()
  protected environment: Environment = {}
  protected report = reportOnStderr
  protected seeded: string | undefined
  #requiresTokens = false

  /** Variables of the service; in a stack, of every gateway and writer. */
  withEnvironment(environment: Environment): this {
    this.environment = { ...this.environment, ...environment }
    return this
  }

  /** The image of the chat service, for example from a registry of yours. */
  withImage(image: string): this {
    this.images = { ...this.images, chat: image }
    return this
  }

  /** Imports users, chats and messages before `start` resolves: JSON lines as `admin import` reads them. */
  seed(jsonl: string): this {
    this.seeded = jsonl
    return this
  }

  /** The service requires tokens, as in production; `tokenFor` creates them. */
  withTokens(): this {
    this.#requiresTokens = true
    return this
  }

  /** Receives a line before and after each pull of an image, instead of stderr. */
  withProgress(report: (line: string) => void): this {
    this.report = report
    return this
  }

  /** The issuer of the tokens of one start; undefined if the service requires none. */
  protected createIssuer(): TokenIssuer | undefined {
    return this.#requiresTokens ? tokenIssuer() : undefined
  }
}
