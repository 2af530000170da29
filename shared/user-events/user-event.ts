import type { z } from 'zod'
import type { CommandHead } from '../domain/commands.ts'
import type { EventHead } from '../domain/events.ts'
import type { Rejection } from '../domain/rejections.ts'
import type { UserStream } from '../domain/user-stream.ts'
import type { ProtocolLimits } from '../protocol/limits.ts'
import type { Price } from '../protocol/price.ts'

/** A command that is decided in the order of a user's stream. `stream` and `user` are both the id of that user. */
export interface OwnCommand extends CommandHead {
  readonly type: string
  readonly body: object
}

/** An event of a user's stream. `body` is the body of the answer. */
export interface OwnEvent extends EventHead {
  readonly type: string
  readonly body: object
}

/** The content of the command that a request asks for. The gateway creates an absent id. */
export interface OwnContent<Body> {
  readonly id?: string | undefined
  /** The command's body, exactly as requested: it is hashed into the digest, so no defaults are filled in. */
  readonly body: Body
}

/**
 * The definition of one event of a user's own stream, without its request: how its command is stored in the log and
 * decided. It belongs to no room, so it has no feed frame. An event that only the operator causes has no request.
 */
export interface UserFact<Name extends string, Command extends OwnCommand, Event extends OwnEvent> {
  /** The name on the wire, of the request and its answer, and in the record of the event stream. */
  readonly name: Name
  readonly command: Command['type']
  readonly event: Event['type']
  /** The feature level that introduced it. */
  readonly level: number
  /** The schema of the command's body on the log. Unknown fields are ignored. */
  readonly commandBody: z.ZodType<Command['body']>
  /** The other users whom the command names: whether they exist, and whether the user has blocked them. Pure. */
  named(command: Command): readonly string[]
  /** Pure. */
  decide(command: Command, state: UserStream): Event | Rejection
  /** The state after the event; its seq is set by the caller. Pure. */
  evolve(state: UserStream, event: Event): UserStream
}

/**
 * The definition of one event of a user's own stream that clients request: a request of the user, its
 * answer, and a fact that is stored. All processes derive from it: request and answer schemas, the codec of
 * the command log, the decision, the documents.
 */
export interface UserEvent<
  Name extends string,
  Request extends z.ZodType,
  Command extends OwnCommand,
  Event extends OwnEvent,
  AnswerBody extends z.ZodType,
> extends UserFact<Name, Command, Event> {
  /** One line for the OpenAPI document. */
  readonly summary: string
  readonly price: Price | undefined
  readonly examples: { readonly request: object; readonly answer: object }
  /** The schema of the request's frame. No field has a default: `decide` sets defaults. */
  request(limits: ProtocolLimits): Request
  /** The content of the command for this request. Pure. */
  commandContent(request: z.output<Request>): OwnContent<Command['body']>
  readonly answerBody: AnswerBody
}

/** An event of a user's stream without its exact types, for code that handles all of them in the same way. */
export type AnyUserEvent = UserFact<string, OwnCommand, OwnEvent>

/** The same of an event that clients request. */
export type AnyRequestedUserEvent = UserEvent<string, z.ZodType, OwnCommand, OwnEvent, z.ZodType>

/** Checks a definition and keeps its exact types. */
export const defineUserEvent = <
  const Name extends string,
  Request extends z.ZodType,
  Command extends OwnCommand,
  Event extends OwnEvent,
  AnswerBody extends z.ZodType,
>(
  definition: UserEvent<Name, Request, Command, Event, AnswerBody>,
): UserEvent<Name, Request, Command, Event, AnswerBody> => definition

/** `commandContent` of the events whose request may name the command's id in its body. */
export const ownContent = <Body extends object>(request: {
  readonly body: Body & { readonly id?: string | undefined }
}): OwnContent<Omit<Body, 'id'>> => {
  const { id, ...body } = request.body
  return { id, body }
}
