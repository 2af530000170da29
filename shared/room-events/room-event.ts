import type { z } from 'zod'
import type { BlockPair } from '../domain/blocks.ts'
import type { ChatState } from '../domain/chat.ts'
import type { CommandHead } from '../domain/commands.ts'
import type { EventHead, Message } from '../domain/events.ts'
import type { Rejection } from '../domain/rejections.ts'
import type { RequestedUser } from '../protocol/fields.ts'
import type { ProtocolLimits } from '../protocol/limits.ts'
import type { Price } from '../protocol/price.ts'
import type { MembershipEffect } from './membership-effect.ts'

/** A command of a room, as the command log carries it. */
export interface RoomCommand extends CommandHead {
  readonly type: string
  readonly body: object
}

/** An event of a room. `body` is the body of its feed frame. */
export interface RoomDomainEvent extends EventHead {
  readonly type: string
  readonly body: object
}

/** The users and messages whose data a decision needs. */
export interface DecisionReads {
  /** Whether each is a member of the room. */
  readonly members: readonly string[]
  /** Users that the command would add: whether they exist, and in how many chats they are. */
  readonly added: readonly string[]
  /** Blocks to test, between users who exist or not. */
  readonly blocks?: readonly BlockPair[]
  /** Messages of the room, by id. */
  readonly messages?: readonly string[]
  /** Reactions to test: has the user set it? `messages` must name their messages too. */
  readonly reactions?: readonly NamedReaction[]
  /** Whether the number of owners of the room is needed. */
  readonly owners?: boolean
  /**
   * An estimate of the rows that the append changes, if they are more than the users that the command names. Infinity: the
   * command is decided alone, because the decision changes messages that the batch has not read.
   */
  readonly rows?: number
}

/** A reaction of one user to one message. */
export interface NamedReaction {
  readonly message: string
  readonly user: string
  readonly reaction: string
}

/** Finds and removes the content of a message in an event's body. The content is removed when the message is deleted. Pure. */
export interface CarriedContent<Body> {
  /** The message, as it was after the event. */
  message(body: Body): Message
  /** The body after the message was deleted. `append_changes` of the database builds the same text. */
  redacted(body: Body, tombstone: Message): Body
}

/** The content of the command that a request asks for. The gateway creates absent ids. */
export interface CommandContent<Body> {
  /** The room; absent: the request creates one. */
  readonly room?: string | undefined
  readonly id?: string | undefined
  /**
   * The other user of a direct chat that the acting user opens. The ids of the room and of the command are derived from
   * the two users, so that both of them send the same command.
   */
  readonly directWith?: string | undefined
  /** The command's body, exactly as requested: it is hashed into the digest, so no defaults are filled in. */
  readonly body: Body
}

/** The body of a command as it was requested. The gateway replaces external ids by the ids of the users. */
export type RequestedBody<Body> = Body extends { readonly users: readonly string[] }
  ? Omit<Body, 'users'> & { readonly users: readonly RequestedUser[] }
  : Body

/**
 * The definition of one room event, without its request: how its command is stored in the log and decided, and what the
 * event looks like. An event that only the operator causes has no request.
 */
export interface RoomFact<
  Name extends string,
  Command extends RoomCommand,
  Event extends RoomDomainEvent,
  FeedBody extends z.ZodType,
> {
  /** The name on the wire, of the request, its answer and the feed frame. */
  readonly name: Name
  readonly command: Command['type']
  readonly event: Event['type']
  /** The feature level that introduced it. */
  readonly level: number
  /** An event that adds or removes users names them in `body.users` (or `body.chat.users`). */
  readonly membership: MembershipEffect
  /** Whether the event is an activity of its chat: the list of chats is ordered by the time of the last one. */
  readonly isActivity: boolean
  /** One line for the documents. */
  readonly summary: string
  readonly examples: { readonly feed: object }
  /** The schema of the command's body on the log. Unknown fields are ignored. */
  readonly commandBody: z.ZodType<Command['body']>
  readonly feedBody: FeedBody
  /** Absent: the event carries no content of a message. */
  readonly content?: CarriedContent<Event['body']>
  /** The users and messages whose data `decide` needs. Pure. */
  readSet(command: Command): DecisionReads
  /** Pure. `state` holds what `readSet` asked for. */
  decide(command: Command, state: ChatState): Event | Rejection
  /** The state after the event; its seq and time are set by the caller. Pure. */
  evolve(state: ChatState, event: Event): ChatState
}

/**
 * The definition of one room event that clients request. All processes derive from it: request and
 * answer schemas, the codec of the command log, the read set, the decision, the
 * documents.
 */
export interface RoomEvent<
  Name extends string,
  Request extends z.ZodType,
  Command extends RoomCommand,
  Event extends RoomDomainEvent,
  FeedBody extends z.ZodType,
> extends RoomFact<Name, Command, Event, FeedBody> {
  readonly price: Price | undefined
  /**
   * A rate limit beside those of all requests. `edits`: of each user. `reactions`: of a large room, shared by its members,
   * because each reaction is sent to all of them.
   */
  readonly rate?: 'edits' | 'reactions'
  readonly examples: { readonly request: object; readonly feed: object; readonly answer?: object }
  /** The schema of the request's frame at a feature level. No field has a default: `decide` sets defaults. */
  request(limits: ProtocolLimits, level: number): Request
  /** The content of the command for this request. Pure. */
  commandContent(request: z.output<Request>): CommandContent<RequestedBody<Command['body']>>
}

/** A room event without its exact types, for code that handles all room events in the same way. */
export type AnyRoomEvent = RoomFact<string, RoomCommand, RoomDomainEvent, z.ZodType>

/** The same of an event that clients request. */
export type AnyRequestedRoomEvent = RoomEvent<string, z.ZodType, RoomCommand, RoomDomainEvent, z.ZodType>

/** Checks a definition and keeps its exact types. */
export const defineRoomEvent = <
  const Name extends string,
  Request extends z.ZodType,
  Command extends RoomCommand,
  Event extends RoomDomainEvent,
  FeedBody extends z.ZodType,
>(
  definition: RoomEvent<Name, Request, Command, Event, FeedBody>,
): RoomEvent<Name, Request, Command, Event, FeedBody> => definition

/** Checks the definition of an event without a request, and keeps its exact types. */
export const defineRoomFact = <
  const Name extends string,
  Command extends RoomCommand,
  Event extends RoomDomainEvent,
  FeedBody extends z.ZodType,
>(
  definition: RoomFact<Name, Command, Event, FeedBody>,
): RoomFact<Name, Command, Event, FeedBody> => definition

/** `commandContent` of the events whose request names the room and may name the command's id. */
export const contentInRoom = <Body extends object>(request: {
  readonly room: string
  readonly body: Body & { readonly id?: string | undefined }
}): CommandContent<Omit<Body, 'id'>> => {
  const { id, ...body } = request.body
  return { room: request.room, id, body }
}
